/**
 * What is wrong with the data that systems answered, as errors of the answer. A place may lack its value
 * because of what was told already: that is told once.
 */
import { GraphQLError } from 'graphql'
import { eachItem } from './places.ts'
import { withPath, type Path, type Run } from './run.ts'

export interface Problem {
  readonly path: Path
  readonly message: string
  /** Whether an error further down may be the reason: it made this a null in the system already. */
  readonly isNull: boolean
}

/** Of the problems those that no error explains yet: a failed fetch has said why its fields miss. */
export function report(run: Run, problems: readonly Problem[]): void {
  if (problems.length === 0) return
  const known = run.errors.map(({ path }) => path ?? [])
  for (const { path, message, isNull } of problems) {
    const name = planName(path)
    if (run.owed.get(name.before)?.has(name.last) === true) continue
    if (known.some((each) => leadsTo(each, path) || (isNull && leadsTo(path, each)))) continue
    const lack = run.lacking.get(`${name.before}${name.before === '' ? '' : '.'}${name.last}`)
    run.errors.push(
      lack === undefined
        ? new GraphQLError(message, { path, extensions: { code: 'SOURCE_DATA_INVALID' } })
        : withPath(lack, path),
    )
  }
}

/** The field that a path leads to, and where in the plan its objects are. */
function planName(path: Path): { readonly before: string; readonly last: string } {
  const at = path.findLastIndex((part) => typeof part === 'string')
  const before = path.slice(0, at).map((part) => (typeof part === 'number' ? eachItem : part))
  return { before: before.join('.'), last: String(path[at]) }
}

/** Whether the place of one path is at or above that of the other. */
const leadsTo = (above: Path, below: Path): boolean =>
  above.length <= below.length && above.every((part, at) => below[at] === part)
