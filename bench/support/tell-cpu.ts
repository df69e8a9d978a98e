/** Loaded before a program (`node --import`): tells its parent what CPU time the process took, all threads together. */
process.on('exit', () => {
  process.send?.({ seconds: process.cpuUsage().user / 1e6, megabytes: process.resourceUsage().maxRSS / 1024 });
});
