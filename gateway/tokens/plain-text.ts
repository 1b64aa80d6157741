/** A name that a token brings, as every database, log and person can hold it. */
export const isPlain = (text: string, maxLength: number): boolean =>
  text !== '' && text.length <= maxLength && text.isWellFormed() && !/\p{Cc}/u.test(text)
