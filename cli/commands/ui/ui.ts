import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type OpeningFile, writeOpeningFile } from '../../../ui/server/opening-file.ts';
import type { PageServer } from '../../../ui/server/page-server.ts';
import { TOKEN_MILLISECONDS } from '../../../ui/server/sessions.ts';
import { type ConnectionOptions, connected, withConnection } from '../../aws/connection.ts';
import { type ReadLimitOptions, withinReadLimit, withReadLimit } from '../../options/read-limit.ts';
import { readText } from '../../options/repeatable.ts';
import type { Io } from '../../output/process-io.ts';
import { parseDuration } from '../../time/parse-time.ts';
import { openBrowser } from './open-browser.ts';
import { type Page, startPage } from './start-page.ts';

interface UiOptions extends ConnectionOptions, ReadLimitOptions {
  readonly alert?: string;
  readonly open: boolean;
  /** Milliseconds. */
  readonly idle: number;
}

const HELP = `
The page runs on this machine alone, on 127.0.0.1 and a free port, with the credentials of this command; nobody else is
asked anything. It opens by a file that only you may read, whose token is good once and for a minute; Enter opens another
window. It ends with Ctrl-C, with its terminal, or once nobody has asked anything for --idle.
--max-reads holds for all that the page reads until it ends; the page says what each view took.
Looking needs the auditor's policy; marking and suppressing need the operator's.

Examples:
  $ trailwarden ui
  $ trailwarden ui --local
  $ trailwarden ui --alert 5e0c1f0a9d7b4c3e8f6a2b1d0c9e8f7a    the story of an alert
`;

/** `trailwarden ui`: the page, served on loopback until it is over. */
export function uiCommand(io: Io): Command {
  const command = new Command('ui')
    .description('Opens a page on this machine to look at events, findings and incidents.')
    .option('--alert <id>', 'open the story of an alert', readText)
    .option('--no-open', 'start no browser: say only which file opens the page')
    .addOption(
      new Option('--idle <duration>', 'end once nobody has asked anything for so long')
        .argParser(readDuration)
        .default(8 * 3_600_000, '8h'),
    );
  return withConnection(withReadLimit(command))
    .addHelpText('after', HELP)
    .action((options: UiOptions) => serve(options, io));
}

function readDuration(text: string): number {
  const duration = parseDuration(text);
  if (duration === undefined) throw new InvalidArgumentError('Write 30m, 2h, 1d or 1h30m.');
  return duration;
}

async function serve(options: UiOptions, io: Io): Promise<void> {
  await connected(options, async (connection) => {
    const page = await withinReadLimit(() => startPage(connection, options, io));
    const ending = untilOver(page.server, options.idle);
    const windows = new Windows(page, options, io);
    try {
      await windows.open();
      const input = io.stdout.isTerminal && process.stdin.isTTY ? createInterface(process.stdin) : undefined;
      input?.on('line', () => void windows.open());
      // A terminal that is gone reads no line any more.
      input?.once('close', ending.end);
      await ending.over;
      input?.close();
    } finally {
      await windows.close();
      await page.server.stop();
    }
  });
}

interface Ending {
  readonly over: Promise<void>;
  readonly end: () => void;
}

/** Over once nobody asks any more, or the process is told to end. */
function untilOver(server: PageServer, idle: number): Ending {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let end = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    end = resolve;
  });
  for (const signal of signals) process.once(signal, end);
  const look = Math.min(1_000, idle);
  const timer = setInterval(() => {
    if (performance.now() - server.lastCall() >= idle) end();
  }, look);
  return {
    over: promise.finally(() => {
      clearInterval(timer);
      for (const signal of signals) process.off(signal, end);
    }),
    end,
  };
}

/** Opens windows of the page; a file that opens one is gone once its token is over. */
class Windows {
  readonly #page: Page;
  readonly #options: UiOptions;
  readonly #io: Io;
  readonly #files = new Set<OpeningFile>();

  constructor(page: Page, options: UiOptions, io: Io) {
    this.#page = page;
    this.#options = options;
    this.#io = io;
  }

  async open(): Promise<void> {
    const { alert, open } = this.#options;
    const path = alert === undefined ? '/' : `/story?${new URLSearchParams({ of: alert, as: 'alert' })}`;
    const file = await writeOpeningFile(this.#page.address(path));
    this.#files.add(file);
    this.#removeLater(file);
    const isOpen = open && (await openBrowser(file.path));
    this.#io.stdout.write(`${isOpen ? 'Opened' : 'Open within a minute'}: ${file.path}\n`);
    this.#io.stderr.write(`The page is on ${this.#page.server.origin}. Enter opens another window, Ctrl-C ends it.\n`);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#files].map((file) => file.remove()));
  }

  #removeLater(file: OpeningFile): void {
    void delay(TOKEN_MILLISECONDS, undefined, { ref: false }).then(async () => {
      this.#files.delete(file);
      await file.remove();
    });
  }
}
