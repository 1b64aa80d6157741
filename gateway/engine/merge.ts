/** Puts what one more system knows of an object beside what is known of it already. */
import { isRaw, type Raw } from './run.ts'
import type { TypeConditions } from './types.ts'

/** Takes the named fields of `source` into `target`. */
export function take(
  target: Raw,
  source: Raw,
  { names, types }: { readonly names: readonly string[]; readonly types: TypeConditions },
): void {
  for (const name of names) {
    const value = source[name]
    if (value === undefined) continue
    const known = target[name]
    if (known === undefined || known === null) target[name] = value
    else mergeField(target, name, { known, value, types })
  }
}

/** No name of ours, and writing it would change the object itself. */
const prototype = '__proto__'

/** Writes into `target`; objects and lists that both have are merged, item by item. */
function merge(target: Raw, source: Raw, types: TypeConditions): void {
  for (const name in source) {
    if (name === prototype) continue
    const value = source[name]
    const known = target[name]
    if (value === undefined) continue
    if (known === undefined || known === null) target[name] = value
    else mergeField(target, name, { known, value, types })
  }
}

interface Merging {
  readonly known: unknown
  readonly value: unknown
  readonly types: TypeConditions
}

function mergeField(target: Raw, name: string, { known, value, types }: Merging): void {
  if (isRaw(known) && isRaw(value)) merge(known, value, types)
  else if (Array.isArray(known) && Array.isArray(value) && known.length === value.length) {
    mergeItems(known, value, types)
  } else if (name !== '__typename' || !types.isAbstract(value)) {
    // A system that knows only the interface does not unsay what the object is.
    target[name] = value
  }
}

function mergeItems(target: unknown[], source: readonly unknown[], types: TypeConditions): void {
  for (const [index, value] of source.entries()) {
    const known = target[index]
    if (isRaw(known) && isRaw(value)) merge(known, value, types)
    else if (Array.isArray(known) && Array.isArray(value)) mergeItems(known, value, types)
    else target[index] = value
  }
}

/** A copy whose objects can be written into apart. */
export function copy<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(copy) as Value
  if (!isRaw(value)) return value
  const copied: Raw = {}
  for (const name in value) if (name !== prototype) copied[name] = copy(value[name])
  return copied as Value
}
