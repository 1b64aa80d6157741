/**
 * The planner's small corrections: an interface's name for an object's where a system knows only the
 * interface, and fields that were asked for under another name because two types disagree.
 */
import type { FetchNode } from '@apollo/query-planner'
import { isRaw, type Path, type Raw } from './run.ts'
import type { TypeConditions } from './types.ts'

type Rewrite = NonNullable<FetchNode['inputRewrites']>[number]

const onType = '... on '

/** Applies the rewrites to one object that a system answered. */
export type Apply = (value: Raw) => void

export function compileRewrites(
  rewrites: readonly Rewrite[] | undefined,
  types: TypeConditions,
): Apply | null {
  if (rewrites === undefined || rewrites.length === 0) return null
  const all = rewrites.map((rewrite) => compileRewrite(rewrite, types))
  return (value) => {
    for (const apply of all) apply(value)
  }
}

function compileRewrite(rewrite: Rewrite, types: TypeConditions): Apply {
  const at = rewrite.path.slice(0, -1)
  const field = rewrite.path.at(-1) ?? ''
  const change: Apply =
    rewrite.kind === 'ValueSetter'
      ? (value) => {
          value[field] = rewrite.setValueTo as unknown
        }
      : (value) => {
          if (!(field in value)) return
          value[rewrite.renameKeyTo] = value[field]
          delete value[field]
        }
  return at.reduceRight<Apply>((inner, part) => step(part, inner, types), change)
}

function step(part: string, inner: Apply, types: TypeConditions): Apply {
  if (part.startsWith(onType)) {
    const condition = part.slice(onType.length)
    return (value) => {
      const typename = value['__typename']
      if (typeof typename !== 'string' || types.meets(typename, condition)) inner(value)
    }
  }
  const each = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(each)
    else if (isRaw(value)) inner(value)
  }
  return (value) => each(value[part])
}

/** A path inside a system's answer, by the names after the rewrites. */
export function rewrittenPath(path: Path, rewrites: readonly Rewrite[] | undefined): Path {
  const names = new Map(
    (rewrites ?? []).flatMap((rewrite) =>
      rewrite.kind === 'KeyRenamer' ? [[rewrite.path.at(-1), rewrite.renameKeyTo] as const] : [],
    ),
  )
  return names.size === 0
    ? path
    : path.map((part) => (typeof part === 'string' ? (names.get(part) ?? part) : part))
}
