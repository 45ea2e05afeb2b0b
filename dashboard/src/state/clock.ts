// The present, in steps of a second, for durations that run. Ticks only while a component uses it.
import { createSignal, onCleanup, type Accessor } from 'solid-js';

export function createClock(stepMs = 1000): Accessor<number> {
  const [now, setNow] = createSignal(Date.now() * 1000);
  const timer = setInterval(() => setNow(Date.now() * 1000), stepMs);
  onCleanup(() => clearInterval(timer));
  return now;
}
