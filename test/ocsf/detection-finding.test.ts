import { ocsfFinding } from '../../lambda/notify/receivers/ocsf.ts';
import { attackObjects } from '../../lambda/ocsf/attack-objects.ts';
import { alertMessage, everyKind, HOSTILE } from '../notify/alert-messages.ts';
import { ocsfFaults } from './ocsf-schema.ts';

test.each(Object.entries(everyKind()))('an alert of kind %s is a valid Detection Finding', (_, message) => {
  expect(ocsfFaults(ocsfFinding(message))).toEqual([]);
});

test('a finding of a correlation, of hostile text and without an address is valid', () => {
  const message = alertMessage({
    title: HOSTILE,
    actorName: HOSTILE,
    address: undefined,
    sourceIPAddress: 'AWS Internal',
    tags: ['attack.persistence', 'attack.t1098.001'],
    correlation: {
      from: '2026-11-20T14:00:00Z',
      to: '2026-11-20T14:03:00Z',
      value: 3,
      atLeast: false,
      eventIDs: ['a'],
    },
  });
  const made = ocsfFinding(message);
  expect(ocsfFaults(made)).toEqual([]);
  expect(made).toMatchObject({
    finding_info: {
      first_seen_time: Date.parse('2026-11-20T14:00:00Z'),
      analytic: { type: 'Rule' },
      attacks: [
        { tactic: { uid: 'TA0003', name: 'Persistence' } },
        { technique: { uid: 'T1098' }, sub_technique: { uid: 'T1098.001' } },
      ],
    },
    evidences: [{ src_endpoint: { svc_name: 'AWS Internal' } }],
  });
});

test('tags become tactics and techniques, each once, and others are left out', () => {
  expect(
    attackObjects([
      'attack.defense_evasion',
      'attack.defense-evasion',
      'attack.T1562',
      'attack.g0016',
      'cve.2024-1',
      'attack.constructor',
    ]),
  ).toEqual([{ tactic: { uid: 'TA0112', name: 'Defense Impairment' } }, { technique: { uid: 'T1685' } }]);
});
