/** Where two answers differ, as paths without the places in lists; an empty list when they are equal. */
export function differences(found: unknown, expected: unknown, path = ''): readonly string[] {
  if (Array.isArray(found) && Array.isArray(expected)) {
    if (found.length !== expected.length) return [path]
    return found.flatMap((each, at) => differences(each, expected[at], path))
  }
  if (isRecord(found) && isRecord(expected)) {
    const names = new Set([...Object.keys(found), ...Object.keys(expected)])
    return [...names].flatMap((name) =>
      differences(found[name], expected[name], path === '' ? name : `${path}.${name}`),
    )
  }
  return Object.is(found, expected) ? [] : [path]
}

/** Whether an answer is what the other one is, or less of it: fields may be missing, and nothing else. */
export function isPartOf(part: unknown, whole: unknown): boolean {
  if (Array.isArray(part) && Array.isArray(whole))
    return part.length === whole.length && part.every((each, at) => isPartOf(each, whole[at]))
  if (isRecord(part) && isRecord(whole))
    return Object.entries(part).every(([name, value]) => isPartOf(value, whole[name]))
  return Object.is(part, whole)
}

/** Paths at which an answer has a value that is more than nothing: not null, not empty, not zero. */
export function valuesIn(answer: unknown, path = ''): readonly string[] {
  if (Array.isArray(answer)) return answer.flatMap((each) => valuesIn(each, path))
  if (isRecord(answer))
    return Object.entries(answer).flatMap(([name, value]) =>
      valuesIn(value, path === '' ? name : `${path}.${name}`),
    )
  return answer === null || answer === undefined ? [] : [path]
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
