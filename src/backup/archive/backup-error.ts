/** Why a backup or a restore cannot be done: one sentence for the operator. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
}

/** Why the content of an archive cannot be used: the end of a sentence. */
export class DamageError extends Error {
  override readonly name = 'DamageError';
}
