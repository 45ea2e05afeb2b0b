// Text of strangers, on one line and as it is: what would be invisible, or would turn the text around it, is written out.

// C0, DEL, C1; line and paragraph separators; marks that set the direction; what has no width; tags.
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const kHidden = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

const kNamed: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

export const visibleText = (text: string): string =>
  text.replace(kHidden, (one) => kNamed[one] ?? `\\u{${one.codePointAt(0)!.toString(16)}}`);
