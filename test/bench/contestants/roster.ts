/**
 * The contestants: how each is started, on which supergraph, and who its caller is. Each is a process
 * of its own, listens on loopback and answers GraphQL by POST.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, startProgram, whenReady, type Environment, type Program } from '../process.ts'
import type { Headers, Stage } from '../stage.ts'
import { freePort } from '../../support/free-port.ts'

export interface Contestant extends AsyncDisposable {
  readonly name: string
  readonly pid: number
  readonly url: string
  readonly headers: Headers
}

export interface Entry {
  readonly name: string
  readonly start: (stage: Stage) => Promise<Contestant>
}

interface Start {
  readonly command: (port: number, stage: Stage) => readonly string[]
  readonly env?: (port: number, stage: Stage) => Environment
  readonly headers?: (stage: Stage) => Headers
}

const entry = (name: string, { command, env, headers }: Start): Entry => ({
  name,
  start: async (stage) => {
    const port = await freePort()
    const program = startProgram(command(port, stage), {
      NODE_ENV: 'production',
      ...env?.(port, stage),
    })
    const url = `http://127.0.0.1:${port}/graphql`
    const sent = headers?.(stage) ?? {}
    try {
      await whenReady(program, () => answers(url, sent))
    } catch (error) {
      await program[Symbol.asyncDispose]()
      throw error
    }
    return { name, pid: program.pid, url, headers: sent, [Symbol.asyncDispose]: disposal(program) }
  },
})

const disposal = (program: Program) => () => program[Symbol.asyncDispose]()

async function answers(url: string, headers: Headers): Promise<boolean> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: '{ __typename }' }),
  })
  await response.arrayBuffer()
  return response.ok
}

const node = process.execPath
const own = (file: string) => join('test/bench/contestants', file)
const peer = (file: string) => join(root, 'test/bench/node_modules', file)

const isthmus = (port: number, { supergraph }: Stage) => [
  node,
  'gateway/cli/isthmus.ts',
  'serve',
  '--supergraph',
  supergraph,
  '--port',
  String(port),
]

const hive = (port: number, { plainSupergraph }: Stage) => [
  node,
  peer('@graphql-hive/gateway/dist/bin.js'),
  'supergraph',
  plainSupergraph,
  '--host',
  '127.0.0.1',
  '--port',
  String(port),
  '--fork',
  '1',
]

/** Over HTTP: the gateways, the same calls by hand, and an answer that costs nothing to find. */
export const overHttp: readonly Entry[] = [
  entry('isthmus', {
    command: isthmus,
    env: (_, { config, folder }) => ({
      ISTHMUS_MODE: 'production',
      ISTHMUS_CONFIG: config,
      ISTHMUS_DATA: folder,
      LOG_LEVEL: 'warn',
    }),
    headers: ({ caller }) => caller,
  }),
  entry('isthmus-audit', {
    command: isthmus,
    env: (_, { auditConfig, folder }) => ({
      ISTHMUS_MODE: 'production',
      ISTHMUS_CONFIG: auditConfig,
      ISTHMUS_DATA: join(folder, 'audited'),
      LOG_LEVEL: 'warn',
    }),
    headers: ({ caller }) => caller,
  }),
  entry('isthmus-traced', {
    command: isthmus,
    env: (_, { tracedConfig, folder }) => ({
      ISTHMUS_MODE: 'production',
      ISTHMUS_CONFIG: tracedConfig,
      ISTHMUS_DATA: folder,
      LOG_LEVEL: 'warn',
    }),
    headers: ({ caller }) => caller,
  }),
  entry('isthmus-no-auth', {
    command: (port, stage) => [...isthmus(port, stage), '--no-auth'],
    env: (_, { openConfig, folder }) => ({
      ISTHMUS_MODE: 'production',
      ISTHMUS_CONFIG: openConfig,
      ISTHMUS_DATA: folder,
      LOG_LEVEL: 'warn',
    }),
  }),
  entry('isthmus-in-apollo', {
    command: (port, { plainSupergraph }) => [
      node,
      own('isthmus-in-apollo.ts'),
      String(port),
      plainSupergraph,
    ],
  }),
  entry('apollo', {
    command: (port, { plainSupergraph }) => [node, own('apollo.ts'), String(port), plainSupergraph],
    env: () => ({ APOLLO_TELEMETRY_DISABLED: '1' }),
  }),
  entry('hive-js', { command: hive, env: () => ({ LOG_LEVEL: 'error' }) }),
  entry('hive-rust', {
    command: (port, stage) => [...hive(port, stage), '--hive-router-runtime'],
    env: () => ({ LOG_LEVEL: 'error' }),
  }),
  entry('grafbase', { command: grafbase }),
  entry('hand', {
    command: (port, { systems }) => [node, own('hand.ts'), String(port), JSON.stringify(systems)],
  }),
  entry('constant', {
    command: (port, { folder }) => [
      node,
      own('constant.ts'),
      String(port),
      join(folder, constantAnswers),
    ],
  }),
]

export function entryNamed(name: string): Entry {
  const found = overHttp.find((each) => each.name === name)
  if (found === undefined) throw new Error(`there is no contestant ${name}`)
  return found
}

/** In process: our own demo, plain Apollo over the same subgraphs, and the same SQL by hand. */
export const embedded: readonly Entry[] = [
  entry('isthmus', {
    command: () => [node, 'gateway/main.ts'],
    env: (port, { data, demoConfig }) => ({
      PORT: String(port),
      ISTHMUS_CONFIG: demoConfig,
      ISTHMUS_DATA: data,
      LOG_LEVEL: 'warn',
    }),
    headers: ({ demoCaller }) => demoCaller,
  }),
  entry('apollo', {
    command: (port, { plainSupergraph, data }) => [
      node,
      own('apollo-embedded.ts'),
      String(port),
      plainSupergraph,
      data,
    ],
    env: () => ({ APOLLO_TELEMETRY_DISABLED: '1' }),
  }),
  entry('hand', {
    command: (port, { data }) => [node, own('hand-embedded.ts'), String(port), data],
  }),
]

/** The file in the stage's folder that holds what `constant` answers. */
export const constantAnswers = 'constant-answers.json'

/** Its command line composes by itself: it takes the schemas of the systems. */
function grafbase(port: number, { folder, systems, plainSchemas }: Stage): readonly string[] {
  const config = join(folder, 'grafbase.toml')
  const section = (name: string) =>
    `[subgraphs.${name}]\nurl = "${systems[name]}"\nschema_path = "${plainSchemas[name]}"\n`
  writeFileSync(config, Object.keys(systems).map(section).join('\n'))
  return [
    peer('@grafbase/cli-x86_64-unknown-linux-musl/grafbase'),
    '--home',
    join(folder, 'grafbase'),
    'dev',
    '--config',
    config,
    '--listen-address',
    `127.0.0.1:${port}`,
  ]
}
