import * as z from 'zod';
import { AccountRegions } from '../../../../lambda/store/ledger/account-regions.ts';
import { DigestLedger } from '../../../../lambda/store/ledger/digest-ledger.ts';
import { ledgerStatus } from '../../../../lambda/store/ledger/ledger-status.ts';
import { indexStatus } from '../../../../lambda/store/segments/table/index-status.ts';
import { readTimes, times } from '../session/inputs.ts';
import { defineTool } from '../session/tool.ts';

const DAY_MILLISECONDS = 24 * 3_600_000;

export const statusTool = defineTool(
  'status',
  'Says how complete the log is: log objects by account, region and hour of delivery (the last 24 hours where nothing else ' +
    'is asked), those that failed, are late, missing or altered, and how old what waits in the index is.',
  z.object({ ...times }),
  async (asked, session) => {
    const { connection, io } = session;
    const { documents, tables } = connection;
    const now = io.now();
    const { until = now, since = new Date(until.getTime() - DAY_MILLISECONDS) } = readTimes(asked, session);
    const places = await new AccountRegions(documents, tables.ledger).list();
    const { hours, troubles } = await ledgerStatus(new DigestLedger(documents, tables.ledger), places, {
      since,
      until,
      now,
    });
    const index = await indexStatus({ client: documents, table: tables.segments }, now);
    return { data: { hours, troubleCount: troubles.length, troubles, index } };
  },
);
