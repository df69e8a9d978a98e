import { alertTopicsOf } from '../../../cli/aws/alert-topics.ts';

const CALLER = { userIdentity: {}, account: '111122223333', region: 'eu-central-1' };
const PAGER = 'arn:aws:sns:eu-central-1:444455556666:pager';

test('a test alert goes to the topics of the customer where the settings name them, and else to those of the deployment', () => {
  const own = (name: string) => `arn:aws:sns:eu-central-1:111122223333:blue-${name}`;
  expect(alertTopicsOf('blue', CALLER, { critical: PAGER, high: undefined })).toEqual({
    alerts: own('alerts'),
    byLevel: { critical: PAGER, high: own('high'), medium: own('medium'), low: own('low') },
    chat: own('chat'),
  });
});
