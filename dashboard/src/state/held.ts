// What a resource has read: nothing while it waits for the first answer, or failed. Unlike the resource itself it neither
// throws nor makes the page around it wait.
import type { Resource } from 'solid-js';

export const held = <T>(resource: Resource<T>): T | undefined =>
  resource.state === 'ready' || resource.state === 'refreshing' ? resource.latest : undefined;
