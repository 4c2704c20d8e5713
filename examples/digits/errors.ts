/** Something that the user gave (a folder, a file) cannot be used. The message is for them: no stack trace belongs to it. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** The reason in a system error from the file system, in words that fit behind a colon. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return 'it does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'ENOTDIR':
      return 'a part of the path is not a folder';
    case 'EISDIR':
      return 'it is a folder';
    case 'EEXIST':
      return 'there is a file of this name';
    case 'ENOSPC':
      return 'no space left on the device';
    case 'EROFS':
      return 'the file system is read-only';
    default:
      return message;
  }
}
