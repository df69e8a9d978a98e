/** Loaded before a program (`node --import`): tells its parent what CPU time the process took, all threads together. */
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuSeconds: (user + system) / 1e6, megabytes: process.resourceUsage().maxRSS / 1024 });
});
