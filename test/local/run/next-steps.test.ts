import { showNextSteps } from '../../../local/run/next-steps.ts';
import { createScreen } from '../../../local/run/screen.ts';

const shown = (data: string | undefined): string => {
  let text = '';
  const screen = createScreen(
    (more) => {
      text += more;
    },
    false,
    60,
  );
  showNextSteps(screen, { isSample: false, suspect: '203.0.113.10', ...(data !== undefined && { data }) });
  return text;
};

test('commands that may be tried next work as they stand: whole, and with the folder quoted where a shell needs it', () => {
  expect(shown(undefined)).toContain('npm run -s trailwarden -- findings --local\n');
  expect(shown(undefined)).toContain('npm run -s trailwarden -- incident 203.0.113.10 --local\n');
  expect(shown("bob's incident")).toContain(`npm run -s trailwarden -- findings --data 'bob'\\''s incident'\n`);
});
