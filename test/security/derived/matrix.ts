/**
 * What is computed from a protected fact is as protected as the fact, whatever it is called and wherever
 * it is computed: who lacks the right is answered the same, whatever the protected values are. The columns
 * that hold the facts are given other values, and every root with the fields below it is asked before and
 * after.
 */
import type { GraphQLSchema } from 'graphql'
import { nobody, type Principal } from '#shared/principal.ts'
import { policyGrant } from '#shared/rules/requirements.ts'
import { openLimits } from '../../../gateway/limits/limits.ts'
import { silent } from '../../../gateway/request/observer.ts'
import type { Generation } from '../../../gateway/supergraph/generation.ts'
import { contractOf, readableSchema } from '../../../gateway/supergraph/contracts.ts'
import { startGraph, type Graph } from '../../support/graph.ts'
import { differences, isPartOf, valuesIn } from '../row-matrix/differences.ts'
import { questionsOf } from '../row-matrix/questions.ts'
import { pathsOf } from '../row-matrix/selection.ts'
import { isValue } from '../row-matrix/shapes.ts'
import { questioner, type Asked, type Asking } from './asking.ts'
import { changeColumns, hasOtherText } from './changed.ts'
import { nameOf, protectedFacts, type ProtectedFact } from './columns.ts'
import { deepQuestions, type DeepQuestions } from './deep.ts'
import { matchAgain, matchCustomers, matchRight, readsMatch } from './match.ts'

export interface JudgedFact {
  /** The columns that were given other values. */
  readonly columns: readonly string[]
  /** The fields that were other afterwards for somebody who has every right. */
  readonly told: ReadonlySet<string>
  /** The fields that were other afterwards for somebody who lacks the right. */
  readonly leaked: ReadonlySet<string>
  /** Those that were other for somebody who may not see what a match left either. */
  readonly leakedWithoutMatch: ReadonlySet<string>
  /** The fields that stated a changed text to somebody who lacks the right. */
  readonly stated: ReadonlySet<string>
}

interface Caller {
  readonly principal: Principal
  readonly schema: GraphQLSchema
  readonly asked: readonly Asked[]
}

interface Answer {
  /** The data as JSON. */
  readonly text: string
  readonly statements: readonly string[]
}

export interface DerivedMatrix {
  /** By right, as `rightOf` writes it. */
  readonly facts: ReadonlyMap<string, JudgedFact>
  readonly generation: Generation
  /** How many paths were asked. */
  readonly paths: number
  /** What was asked for paths of three fields; null when they were not. */
  readonly deepest: DeepQuestions | null
}

/** `pathLength` is the most fields of a path, its root included. */
export async function derivedMatrix(pathLength: number): Promise<DerivedMatrix> {
  await using graph = await startGraph({ config: { audit: null } })
  const generation = graph.app.generation()
  const { scopes, policies } = generation.policies
  const everything = new Set([...scopes, ...[...policies].map(policyGrant)])
  const matchReads = await matchCustomers(graph)
  const deeper: DeepQuestions[] = []
  const shallow = questioner(graph, (query, options) =>
    questionsOf(query, Math.min(pathLength, 2), options),
  )
  const isDeep = pathLength > 2
  const first = callerWith(everything, generation, shallow)
  const firstAnswers = await answersFor(graph, first)
  const answered = answeredPaths(first.asked, firstAnswers)
  const isAnswered = (path: string, by: string) => answered.has(`${path} ${by}`)
  const deep = questioner(graph, (query, options) => {
    const found = deepQuestions(query, isAnswered, options)
    deeper.push(found)
    return found.questions
  })
  const asking: Asking = isDeep ? (schema) => [...shallow(schema), ...deep(schema)] : shallow
  const all = callerWith(everything, generation, asking)
  const isNew = (each: Asked) => !firstAnswers.has(keyOf(each))
  const unchanged = new Map([...firstAnswers, ...(await answersFor(graph, only(isNew, all)))])
  const judged = new Map<string, JudgedFact>()
  for (const { grants, columns } of await protectedFacts(generation)) {
    const isRead = reading(columns)
    const isMatched = matchReads.some(isRead)
    const ofMatch = readingOf(readsMatch, all, unchanged)
    const ofColumns = readingOf(isRead, all, unchanged)
    const isOther = (each: Asked) => ofColumns(each) || (isMatched && ofMatch(each))
    const callers = lacking(everything, grants).map((held) =>
      only(isOther, callerWith(held, generation, asking)),
    )
    // The match may have told what it compared: then not to everybody.
    for (const held of isMatched ? lacking(everything, [...grants, [matchRight]]) : [])
      callers.push(only(ofMatch, callerWith(held, generation, asking)))
    const restore = [await changeColumns(graph.data, columns)]
    if (isMatched) restore.push(await matchAgain(graph))
    const holder = only(isOther, all)
    const told = changedFields(holder, unchanged, await answersFor(graph, holder))
    const changed: (readonly [Caller, Answers])[] = []
    for (const caller of callers) changed.push([caller, await answersFor(graph, caller)])
    for (const each of restore) await each()
    const lacked = []
    for (const [caller, after] of changed) {
      // What is as it was for who may read everything is as it was; of the rest is asked again.
      const suspect = only((each) => !isPart(each, after, unchanged), caller)
      lacked.push({
        seesMatch: caller.principal.scopes.includes(matchRight),
        leaked: changedFields(suspect, await answersFor(graph, suspect), after),
        stated: statingFields(caller, after),
      })
    }
    judged.set(rightOf(grants), {
      columns: columns.map(nameOf),
      told,
      leaked: union(lacked.map(({ leaked }) => leaked)),
      leakedWithoutMatch: union(
        lacked.flatMap(({ seesMatch, leaked }) => (seesMatch ? [] : [leaked])),
      ),
      stated: union(lacked.map(({ stated }) => stated)),
    })
  }
  const paths = all.asked.flatMap(({ question }) => [...pathsOf(question.document, all.schema)])
  return {
    facts: judged,
    generation,
    paths: new Set(paths.map(([path]) => path)).size,
    deepest: deeper[0] ?? null, // that of the one who may read everything
  }
}

/** `a + b or c`: one of the lists must be held whole. */
const rightOf = (grants: ProtectedFact['grants']): string =>
  grants.map((list) => list.join(' + ')).join(' or ')

/**
 * Somebody with these rights, and all that they may read of the schema they are shown: beside a field that
 * may not be null and that they may not read nothing would be answered.
 */
function callerWith(held: ReadonlySet<string>, generation: Generation, asking: Asking): Caller {
  const isEmployee = [...generation.policies.policies].every((each) => held.has(policyGrant(each)))
  const principal: Principal = {
    ...nobody,
    audience: isEmployee ? 'EMPLOYEE' : 'PARTNER_SYSTEM',
    scopes: [...held].filter((each) => !each.startsWith('@')),
  }
  const schema = readableSchema(contractOf(generation, principal.audience), held)
  return { principal, schema, asked: asking(schema) }
}

/** The paths at which, or below which, there is a value, each with what its root was asked by. */
const answeredPaths = (asked: readonly Asked[], answers: Answers): ReadonlySet<string> =>
  new Set(
    asked.flatMap((each) =>
      [...new Set(valuesIn(dataOf(answers.get(keyOf(each)))))].flatMap((path) => {
        const steps = path.split('.')
        return steps.map((_, at) => `${steps.slice(0, at + 1).join('.')} ${each.question.by}`)
      }),
    ),
  )

/** Everything but one scope of each list, in every way: who holds none of the lists whole. */
const lacking = (
  everything: ReadonlySet<string>,
  grants: ProtectedFact['grants'],
): readonly ReadonlySet<string>[] =>
  grants.reduce<readonly ReadonlySet<string>[]>(
    (callers, list) =>
      callers.flatMap((held) => list.map((scope) => held.difference(new Set([scope])))),
    [everything],
  )

/** Whether a statement names one of the columns with its table. */
const reading =
  (columns: ProtectedFact['columns']) =>
  (sql: string): boolean =>
    columns.some(({ table, name }) => sql.includes(`"${table}"`) && sql.includes(`"${name}"`))

/**
 * Whether an answer may be other: not if none of its statements reads what was changed. What only
 * a contract's schema asks is judged by what its root does for everybody.
 */
function readingOf(isReading: (sql: string) => boolean, { asked }: Caller, answers: Answers) {
  const found = asked.filter((each) => answers.get(keyOf(each))?.statements.some(isReading))
  const keys = new Set(found.map(keyOf))
  const roots = new Set(found.map(({ question }) => question.root))
  return (each: Asked): boolean =>
    answers.has(keyOf(each)) ? keys.has(keyOf(each)) : roots.has(each.question.root)
}

const only = (isAsked: (asked: Asked) => boolean, { asked, ...caller }: Caller): Caller => ({
  ...caller,
  asked: asked.filter(isAsked),
})

type Answers = ReadonlyMap<string, Answer>

/** The same for everybody, whatever of it they may read. */
const keyOf = ({ question: { root, by, part }, variables }: Asked): string =>
  `${root} ${by} ${part} ${JSON.stringify(variables)}`

async function answersFor({ app }: Graph, { principal, asked }: Caller): Promise<Answers> {
  const answers = new Map<string, Answer>()
  for (const each of asked) {
    const statements: string[] = []
    const { data } = await app.execute(
      { document: each.question.document, variables: each.variables },
      principal,
      {
        limits: openLimits,
        observer: { ...silent, statement: ({ sql }) => statements.push(sql) },
      },
    )
    answers.set(keyOf(each), { text: JSON.stringify(data ?? null), statements })
  }
  return answers
}

const union = (sets: readonly ReadonlySet<string>[]): ReadonlySet<string> =>
  new Set(sets.flatMap((each) => [...each]))

const isPart = (each: Asked, part: Answers, whole: Answers): boolean =>
  isPartOf(dataOf(part.get(keyOf(each))), dataOf(whole.get(keyOf(each))))

function changedFields(caller: Caller, before: Answers, after: Answers): ReadonlySet<string> {
  const isOther = (each: Asked) => before.get(keyOf(each))?.text !== after.get(keyOf(each))?.text
  return fieldsWhere(only(isOther, caller), (key) =>
    differences(dataOf(before.get(key)), dataOf(after.get(key))),
  )
}

/** The fields that state a changed text. */
function statingFields(caller: Caller, after: Answers): ReadonlySet<string> {
  const isStating = (each: Asked) => hasOtherText(after.get(keyOf(each))?.text ?? '')
  return fieldsWhere(only(isStating, caller), (key) =>
    differences(dataOf(after.get(key)), dataOf(after.get(key), withoutOtherText)),
  )
}

type Reviver = (key: string, value: unknown) => unknown

const withoutOtherText: Reviver = (_, value) =>
  typeof value === 'string' && hasOtherText(value) ? null : value

const dataOf = (answer: Answer | undefined, reviver?: Reviver): unknown =>
  JSON.parse(answer?.text ?? 'null', reviver)

function fieldsWhere(
  { asked, schema }: Caller,
  pathsIn: (key: string) => readonly string[],
): ReadonlySet<string> {
  const found = new Set<string>()
  for (const each of asked) {
    const paths = pathsOf(each.question.document, schema)
    for (const path of new Set(pathsIn(keyOf(each)))) found.add(fieldAt(path, paths, schema))
  }
  return found
}

/** The field at a path; of a value's part the field that has the value. */
function fieldAt(path: string, paths: ReadonlyMap<string, string>, schema: GraphQLSchema): string {
  const coordinate = paths.get(path) ?? path
  const [parent = ''] = coordinate.split('.')
  const above = path.slice(0, path.lastIndexOf('.'))
  return isValue(schema.getType(parent)) && paths.has(above)
    ? fieldAt(above, paths, schema)
    : coordinate
}
