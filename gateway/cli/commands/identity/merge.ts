/** `isthmus identity merge|split`: two customers are one, or one was two. */
import { Command, InvalidArgumentError } from 'commander'
import type { Environment } from '../../../config.ts'
import { recordIdIn, type RecordId } from '../../../identity/records.ts'
import { openDecisions } from './decide.ts'

interface Options {
  readonly reason?: string
}

export const mergeCommand = (env: Environment): Command =>
  new Command('merge')
    .description('Two customers are one: the second id goes on to resolve to the first.')
    .argument('<survivor>', 'the Isthmus id that stays')
    .argument('<merged>', 'the Isthmus id that becomes another name of it')
    .option('--reason <text>', 'why, for whoever asks later')
    .addHelpText(
      'after',
      '\nExample:\n  npm run --silent isthmus -- identity merge C000001 C000002',
    )
    .action(async (survivor: string, merged: string, { reason }: Options) => {
      await using deciding = await openDecisions(env)
      const kept = await deciding.decisions.merge({ survivor, merged }, deciding.decision(reason))
      console.log(`${merged} is ${kept} from now on.`)
    })

export const splitCommand = (env: Environment): Command =>
  new Command('split')
    .description('Take records out of a customer; an id that was merged gets back what it brought.')
    .argument('<id>', 'an Isthmus id, or one that was merged')
    .argument('[records...]', 'what is somebody else’s, such as ERP:200001 or CRM:A000002', records)
    .option('--reason <text>', 'why, for whoever asks later')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run --silent isthmus -- identity split C000002\n  npm run --silent isthmus -- identity split C000001 ERP:200003',
    )
    .action(async (id: string, taken: readonly RecordId[], { reason }: Options) => {
      await using deciding = await openDecisions(env)
      const made = await deciding.decisions.split({ id, records: taken }, deciding.decision(reason))
      console.log(
        made.length === 0
          ? `${taken.map(({ system, value }) => `${system}:${value}`).join(', ')} belongs to nobody until the next match.`
          : `${made.join(', ')} is a customer of its own from now on.`,
      )
    })

function records(text: string, before: readonly RecordId[] = []): readonly RecordId[] {
  const record = recordIdIn(text)
  if (record === null)
    throw new InvalidArgumentError('Expected a system and an id, such as ERP:200001.')
  return [...before, record]
}
