/** `isthmus report list|run`: the questions of the library. */
import type { GraphQLError } from 'graphql'
import { Command, InvalidArgumentError, Option } from 'commander'
import { AppError, type ErrorCode } from '#shared/errors.ts'
import { readConfig, type Environment } from '../../config.ts'
import { ensureDemo } from '../../demo.ts'
import { noLog } from '../../log.ts'
import { toCsv } from '../../reports/csv.ts'
import { readLibrary, reportNamed, type Report } from '../../reports/library.ts'
import { askOver, type Answer } from '../../reports/run.ts'
import { demoIdentities, type DemoIdentity } from '../../tokens/demo.ts'
import type { SealedType } from '../../tokens/seal.ts'
import type { DeliveryTarget } from '../targets.ts'

interface RunOptions {
  readonly variables: Readonly<Record<string, unknown>>
  readonly as?: DemoIdentity
  readonly format: 'json' | 'csv'
  readonly url?: string
  readonly token?: string
  readonly encryptFor?: string
  readonly deliverTo?: string
}

const sealedTypes: Readonly<Record<RunOptions['format'], SealedType>> = {
  json: 'json',
  csv: 'text/csv',
}

const mediaTypes: Readonly<Record<RunOptions['format'], string>> = {
  json: 'application/json',
  csv: 'text/csv',
}

const json = (text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>> // an object, just checked
  } catch {
    // told below, like any other value that is no object
  }
  throw new InvalidArgumentError('Expected a JSON object, for example \'{"period":"2026-Q2"}\'.')
}

export const reportCommand = (env: Environment): Command =>
  new Command('report')
    .description('The saved questions of the library.')
    .addCommand(
      new Command('list')
        .description('List the questions by theme.')
        .addHelpText('after', '\nExample:\n  npm run --silent isthmus -- report list')
        .action(() => {
          for (const [theme, reports] of Map.groupBy(readLibrary(), ({ theme: each }) => each)) {
            console.log(theme)
            for (const { name, title } of reports) console.log(`  ${name.padEnd(32)} ${title}`)
          }
        }),
    )
    .addCommand(
      new Command('run')
        .description(
          'Run a question: in this process in demo mode, or over HTTP with --url and --token.',
        )
        .argument('<name>', 'the name of the question')
        .addOption(
          new Option('--variables <json>', 'its variables').argParser(json).default({}, '{}'),
        )
        .addOption(
          new Option('--as <identity>', 'the demo identity').choices(Object.keys(demoIdentities)),
        )
        .addOption(
          new Option('--format <format>', 'how it is printed')
            .choices(['json', 'csv'])
            .default('json'),
        )
        .option('--url <address>', 'the /graphql address of a gateway')
        .option('--token <token>', 'the bearer token for --url')
        .option(
          '--encrypt-for <partner>',
          'print it as a JWE that this partner alone can read: its plan, or its subject',
        )
        .addOption(
          new Option(
            '--deliver-to <partner>',
            'send it to the webhook of this partner: its plan, or its subject',
          ).conflicts('encryptFor'),
        )
        .addHelpText(
          'after',
          `
With --encrypt-for and --deliver-to a question is asked as the partner, unless --as or --token says
otherwise: encryption decides who can read an answer, not what is in it. What is delivered is
encrypted where the partner has a key for that.

What --url answers is read for 60 seconds at most, and up to 64 MB.

Examples:
  npm run --silent isthmus -- report run customer-360 --format csv
  npm run --silent isthmus -- report run order-to-cash --format csv --encrypt-for harbour-distribution > orders.jwe
  npm run --silent isthmus -- report run order-to-cash --format csv --deliver-to harbour-distribution`,
        )
        .action(async (name: string, options: RunOptions) => {
          const report = reportNamed(name)
          const target = await targetOf(options, env)
          const answer = await ask(env, report, options, target?.subject)
          for (const { message, path } of answer.errors)
            console.error(`${path?.join('.') ?? 'error'}: ${message}`)
          const text =
            options.format === 'csv'
              ? toCsv(report, answer.data).trimEnd()
              : JSON.stringify(answer, null, 2)
          if (answer.data === null) process.exitCode = 1
          if (target === null) console.log(text)
          else if (!('endpoint' in target)) console.log(await target.seal(`${text}\n`))
          else if (answer.data === null)
            console.error('There is no answer, so nothing is delivered.')
          else
            console.log(
              await sent(`${text}\n`, target, { report: name, format: options.format }, env),
            )
        }),
    )

/** Before anything is asked: without a key nothing can be told. */
async function targetOf({ encryptFor, deliverTo, format }: RunOptions, env: Environment) {
  const partner = deliverTo ?? encryptFor
  if (partner === undefined) return null
  const { targetNamed, deliveryTargetNamed } = await import('../targets.ts')
  const find = deliverTo === undefined ? targetNamed : deliveryTargetNamed
  return await find(partner, sealedTypes[format], env)
}

/** Sends what would be printed; says what came back. */
async function sent(
  text: string,
  { subject, seal, endpoint }: DeliveryTarget,
  { report, format }: Pick<RunOptions, 'format'> & { readonly report: string },
  env: Environment,
): Promise<string> {
  const { delivered } = await import('../delivered.ts')
  const data =
    seal === null
      ? { report, contentType: mediaTypes[format], content: text }
      : { report, contentType: 'application/jose', content: await seal(text) }
  const { id, status, tookMs } = await delivered(
    { event: { type: 'report', data }, endpoint, partner: subject, report },
    env,
    { onRetry: (said) => console.error(said) },
  )
  return `${report} is delivered to ${subject}${seal === null ? '' : ', encrypted'}: status ${status} in ${tookMs} ms (webhook-id ${id})`
}

/** In this process as `--as`, else as the partner it is for, else as whom the report names. */
async function ask(
  env: Environment,
  report: Report,
  options: RunOptions,
  partner: string | undefined,
): Promise<Answer> {
  const question = {
    document: report.operation,
    variables: { ...report.variables, ...options.variables },
  }
  if (options.url !== undefined) {
    if (options.token === undefined) throw new AppError('UNAUTHENTICATED', '--url needs a --token.')
    return askOver(options.url, options.token, question)
  }
  const config = readConfig(env)
  if (config.mode !== 'demo') {
    throw new AppError('FORBIDDEN', 'Outside demo mode a question is run with --url and --token.')
  }
  await ensureDemo(config)
  const [{ createApp }, { InvalidVariables }, { InvalidDocument }] = await Promise.all([
    import('../../app.ts'),
    import('../../request/execute.ts'),
    import('../../request/receive.ts'),
  ])
  await using app = await createApp(config, { log: noLog })
  const subjectOf = (identity: DemoIdentity) => demoIdentities[identity].subject
  const subject =
    options.as === undefined ? (partner ?? subjectOf(report.identity)) : subjectOf(options.as)
  const principal = await app.principalFor({ subject, groups: [] })
  try {
    const { data, errors } = await app.execute(question, principal)
    return { data: data ?? null, errors: (errors ?? []).map((error) => error.toJSON()) }
  } catch (error) {
    if (error instanceof InvalidVariables) throw refused('BAD_USER_INPUT', '--variables', error)
    if (error instanceof InvalidDocument) throw refused('REPORT_INVALID', report.name, error)
    throw error
  }
}

const refused = (
  code: ErrorCode,
  what: string,
  { errors }: { readonly errors: readonly GraphQLError[] },
) => new AppError(code, `${what}: ${errors.map(({ message }) => message).join(' ')}`)
