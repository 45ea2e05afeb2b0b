// This tab's one live connection, and how it stands.
import { createSignal } from 'solid-js';
import { LiveClient, openLiveSocket, type LiveStatus } from '../api/live';

const [status, setStatus] = createSignal<LiveStatus>('idle');
export const liveStatus = status;
export const live = new LiveClient({ connect: openLiveSocket, onStatus: setStatus, random: Math.random });

addEventListener('online', () => live.retryNow());
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) live.retryNow();
});

// How long a page waits for the socket before it reads: then nothing falls between the answer and the first delta.
export const kSettleMs = 250;
// The same where a list is read again.
export const kSettleListMs = 40;
