import { Icon } from '../parts/icons.tsx';
import { isHelpOpen } from '../state/view-keys.ts';
import { KEYS } from './keys.ts';

/** The keys of the page. */
export function Help() {
  if (!isHelpOpen.value) return null;
  const close = (): void => {
    isHelpOpen.value = false;
  };
  return (
    <div class="veil">
      <div class="dialog" role="dialog" aria-modal="true" aria-labelledby="help-title">
        <h2 id="help-title">Keys</h2>
        <button
          type="button"
          class="quiet close"
          aria-label="Close the help"
          onClick={close}
          ref={(button) => button?.focus()}
        >
          <Icon name="close" />
        </button>
        <dl class="keys">
          {KEYS.map(([key, what]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      </div>
    </div>
  );
}
