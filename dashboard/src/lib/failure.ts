// Why a page has nothing to show, in words for its reader.
import { ApiError, messageOf } from '../api/http';

export interface Failure {
  title: string;
  message: string;
  // What can be done about it; empty where the message says it.
  hint: string;
  // 'later': the same may succeed then. 'elsewhere': it never will for this reader and this address.
  remedy: 'later' | 'elsewhere';
}

// The reader's role is too low for it.
export const isRefusal = (error: unknown): boolean => error instanceof ApiError && error.code === 'permission_denied';

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const kGone = {
  project: 'It may have been deleted, or it is not shared with you: an admin of the project can do that.',
  run: 'It may have been deleted, or its project is not shared with you: an admin of the project can do that.',
  artifact: 'It may have been deleted, or its project is not shared with you: an admin of the project can do that.',
  report: 'It may have been deleted, or its project is not shared with you: an admin of the project can do that.',
  version: 'It may have been deleted: then the page of the artifact has it under Deleted, while it can be brought back.',
} as const;

export function failureOf(error: unknown, what: keyof typeof kGone): Failure {
  const code = error instanceof ApiError ? error.code : 'internal';
  const message = messageOf(error);
  if (code === 'not_found') {
    return { title: `There is no such ${what}`, message, hint: kGone[what], remedy: 'elsewhere' };
  }
  if (isRefusal(error)) return { title: `You may not see this ${what}`, message, hint: '', remedy: 'elsewhere' };
  if (code === 'unauthenticated') return { title: 'You are not logged in any more', message, hint: '', remedy: 'later' };
  if (code === 'unreachable') return { title: 'The server cannot be reached', message: capital(`the ${what} is read as soon as it answers.`), hint: '', remedy: 'later' };
  if (code === 'unavailable' || code === 'resource_exhausted') return { title: 'The server is busy', message, hint: 'Try again in a moment.', remedy: 'later' };
  return { title: `The ${what} cannot be read`, message, hint: '', remedy: 'later' };
}
