import { createSignal, For, onCleanup, Show } from 'solid-js';
import { Icon, type IconName } from './icons';
import './copy.css';

const kShownMs = 1600;

// The clipboard API needs a secure context; a plain-HTTP address of a lab machine has only the old way.
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'visually-hidden';
    document.body.append(area);
    area.select();
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way without a secure context
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

export function CopyButton(props: { text: string; label: string; icon?: IconName }) {
  const [state, setState] = createSignal<'idle' | 'copied' | 'failed'>('idle');
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));
  const copy = async (): Promise<void> => {
    setState((await copyText(props.text)) ? 'copied' : 'failed');
    clearTimeout(timer);
    timer = setTimeout(() => setState('idle'), kShownMs);
  };
  return (
    <button type="button" class="icon-button" aria-label={props.label} title={props.label} onClick={() => void copy()}>
      <Icon name={state() === 'copied' ? 'check' : (props.icon ?? 'copy')} />
      <span class="visually-hidden" role="status">
        {state() === 'copied' ? 'Copied' : state() === 'failed' ? 'Copying is not allowed here' : ''}
      </span>
    </button>
  );
}

// The address says all of the view: who opens it sees the same.
export function CopyLink() {
  return <CopyButton text={location.href} label="Copy a link to this view" icon="link" />;
}

export function CodeBlock(props: { code: string; label: string; prompt?: boolean }) {
  return (
    <div class="code-block">
      <pre tabindex="0" role="region" aria-label={props.label}>
        <code>
          <For each={props.code.split('\n')}>
            {(line, index) => <>{index() > 0 ? '\n' : ''}<Show when={props.prompt}><span class="prompt" aria-hidden="true">$ </span></Show>{line}</>}
          </For>
        </code>
      </pre>
      <CopyButton text={props.code} label={`Copy ${props.label}`} />
    </div>
  );
}
