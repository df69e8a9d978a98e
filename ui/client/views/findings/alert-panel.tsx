import { CommandLine, CopyButton } from '../../parts/copy.tsx';
import { Icon } from '../../parts/icons.tsx';
import { Level } from '../../parts/level.tsx';
import { Region } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import { Id } from '../../parts/value.tsx';
import { goToStory } from '../../state/filters.ts';
import { useAnswer } from '../../state/use-answer.ts';

/** An alert as it was sent. */
export function AlertPanel({ alertId, onClose }: { readonly alertId: string; readonly onClose: () => void }) {
  const of = useAnswer('alert', { alertId });
  return (
    <aside class="panel-beside" aria-label="Alert">
      <div class="panel-head">
        <h2>Alert</h2>
        <button type="button" class="quiet close" aria-label="Close the alert" title="Close: Esc" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <Region of={of} lines={12}>
        {({ level, windowStart, windowEnd, outcome, channels, message, command }) => (
          <article>
            <div class="buttons">
              <button type="button" class="primary" onClick={() => goToStory(alertId, 'alert')}>
                Its incident
              </button>
            </div>
            <p>
              <Level level={level} /> {outcome}
            </p>
            <dl class="facts">
              <div>
                <dt>Alert</dt>
                <dd>
                  <Id value={alertId} subject="alert" />
                </dd>
              </div>
              <div>
                <dt>Window</dt>
                <dd>
                  <span>
                    <Time at={windowStart} /> – <Time at={windowEnd} />
                  </span>
                </dd>
              </div>
              {channels.map(({ channel, message: notice, state, at, nextTry, tries, answer }) => (
                <div key={`${channel} ${notice}`}>
                  <dt>
                    {channel}, {notice}
                  </dt>
                  <dd>
                    <span>
                      {state}
                      {at !== undefined && (
                        <>
                          {' '}
                          <Time at={at} />
                        </>
                      )}
                      {tries > 1 && `, ${tries} tries`}
                      {nextTry !== undefined && (
                        <>
                          , next try <Time at={nextTry} />
                        </>
                      )}
                      {answer !== undefined && <>: {answer}</>}
                    </span>
                  </dd>
                </div>
              ))}
            </dl>
            {message === undefined ? (
              <p class="partial">Its finding isn’t in the tables any more: the message can’t be shown.</p>
            ) : (
              <>
                <h3>
                  As it was sent <CopyButton text={`${message.subject}\n\n${message.body}`} what="the message" />
                </h3>
                <p class="subject">{message.subject}</p>
                {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls takes the keyboard */}
                <section class="scrolling" tabIndex={0} aria-label="Message">
                  <pre class="message">{message.body}</pre>
                </section>
              </>
            )}
            <CommandLine command={command} />
          </article>
        )}
      </Region>
    </aside>
  );
}
