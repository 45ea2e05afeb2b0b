// A file that the page made, handed to the reader.

export function fileName(name: string, extension: string): string {
  const plain = name.replace(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^[._]+|_+$/g, '').slice(0, 100);
  return `${plain === '' ? 'export' : plain}.${extension}`;
}

export function download(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // After the browser has taken it.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export const downloadText = (name: string, text: string, type: string): void =>
  download(name, new Blob([text], { type: `${type};charset=utf-8` }));
