/** `isthmus subject list|disable|enable`: who has come with a token, and who may no longer. */
import { Command } from 'commander'
import type { Environment } from '../../config.ts'
import type { KnownSubject } from '../../store/subjects.ts'
import { localIdentities, moment } from '../identities.ts'

export const subjectCommand = (env: Environment): Command =>
  new Command('subject')
    .description('Subjects: who has come with a token, and who may no longer come in.')
    .addCommand(
      new Command('list')
        .description('List who has come with a token, and when they were last seen.')
        .option('--json', 'print them as JSON')
        .addHelpText('after', '\nExample:\n  npm run --silent isthmus -- subject list')
        .action(async ({ json }: { json?: boolean }) => {
          await using identities = await localIdentities(env)
          const found = await identities.grants.all()
          if (json === true) console.log(JSON.stringify(found.map(jsonOf), null, 2))
          else if (found.length === 0) console.log('Nobody has come yet.')
          else for (const subject of found) console.log(lineOf(subject))
        }),
    )
    .addCommand(
      changeCommand(env, {
        name: 'disable',
        description:
          'Let nobody in by this subject any more, with whatever token, nor run what it scheduled.',
        done: 'is disabled',
      }),
    )
    .addCommand(
      changeCommand(env, {
        name: 'enable',
        description: 'Let a subject in again, as the present policy has it.',
        done: 'is enabled',
      }),
    )

interface Change {
  readonly name: 'disable' | 'enable'
  readonly description: string
  readonly done: string
}

const changeCommand = (env: Environment, { name, description, done }: Change): Command =>
  new Command(name)
    .description(description)
    .argument('<subject>', 'the subject of its tokens')
    .addHelpText('after', `\nExample:\n  npm run --silent isthmus -- subject ${name} mei.lin`)
    .action(async (subject: string) => {
      await using identities = await localIdentities(env)
      const { grants, by } = identities
      await identities.audited({
        command: `subject ${name}`,
        about: [`Subject:subject=${subject}`],
        work: () =>
          name === 'disable' ? grants.disable(subject, by.subject) : grants.enable(subject),
      })
      console.log(`${subject} ${done}.`)
    })

const momentOrNull = (at: number | null) => (at === null ? null : moment(at))

const jsonOf = ({ lastSeenAt, disabledAt, ...subject }: KnownSubject) => ({
  ...subject,
  lastSeenAt: momentOrNull(lastSeenAt),
  disabledAt: momentOrNull(disabledAt),
})

const lineOf = ({ subject, kind, groups, lastSeenAt, disabledAt }: KnownSubject): string =>
  [
    subject.padEnd(32),
    kind.padEnd(8),
    disabledAt === null ? 'enabled ' : 'disabled',
    lastSeenAt === null ? 'never seen' : `seen ${moment(lastSeenAt).slice(0, 16)}`,
    groups.join(', '),
  ].join('  ')
