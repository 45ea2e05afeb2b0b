// How a file is shown, told by its name; what its bytes are as text.

export type PreviewKind = 'image' | 'table' | 'json' | 'text' | 'none';

const kImages = ['png', 'jpg', 'jpeg', 'gif', 'webp'];
// Never text: nothing of them is fetched.
const kBinary = [
  'safetensors', 'bin', 'pt', 'pth', 'ckpt', 'onnx', 'gguf', 'h5', 'pb', 'tflite', 'npy', 'npz', 'pkl', 'pickle', 'parquet', 'arrow', 'feather',
  'zip', 'gz', 'tgz', 'bz2', 'xz', 'zst', '7z', 'tar', 'wav', 'mp3', 'ogg', 'flac', 'mp4', 'webm', 'mov', 'avi', 'pdf', 'bmp', 'tiff', 'avif', 'ico', 'so', 'exe',
];
// Bytes of a file that are fetched to be shown.
export const kPreviewBytes = 256 * 1024;

export const extensionOf = (path: string): string => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.includes('.') ? name.slice(name.lastIndexOf('.') + 1).toLowerCase() : '';
};

export function previewKind(path: string): PreviewKind {
  const extension = extensionOf(path);
  // The server's list is of small letters: with others it sends a picture to be saved.
  if (kImages.includes(extension)) return path.endsWith(`.${extension}`) ? 'image' : 'none';
  if (kBinary.includes(extension)) return 'none';
  if (extension === 'csv' || extension === 'tsv') return 'table';
  return extension === 'json' ? 'json' : 'text';
}

// Null for bytes that are no text. What is cut within a character at the end is left out.
export function textOf(bytes: ArrayBuffer, isCut: boolean): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isCut });
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}
