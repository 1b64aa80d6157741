/**
 * A plain Apollo Gateway over the same systems. It refuses the schema's security directives, so they
 * are taken out before it composes: it enforces no rights, and is measured without them.
 */
import { composeServices } from '@apollo/composition'
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { parse } from 'graphql'
import { signInternalToken } from '#shared/principal.ts'
import { readSupergraphFile } from '../../../gateway/supergraph/compose.ts'

const [, , supergraph = '', urlsJson = '{}', secret = ''] = process.argv
const urls = JSON.parse(urlsJson) as Record<string, string> // what systems.ts printed

const withoutRules = (sdl: string): string =>
  sdl
    .replaceAll(/@requiresScopes\(scopes: \[\[[^)]*\]\]\)/g, '')
    .replaceAll(/"@(authenticated|requiresScopes)",?/g, '')
    .replaceAll('@authenticated', '')

const { supergraphSdl, errors } = composeServices(
  readSupergraphFile(supergraph).map(({ name, sdl }) => ({
    name,
    url: urls[name] ?? '',
    typeDefs: parse(withoutRules(sdl)),
  })),
)
if (supergraphSdl === undefined) throw new Error(errors?.join('\n'))

const gateway = new ApolloGateway({
  supergraphSdl,
  buildService: ({ name, url }) =>
    new RemoteGraphQLDataSource({
      ...(url === undefined ? {} : { url }),
      willSendRequest: ({ request }) => {
        const everybody = {
          subject: 'bench',
          audience: 'EMPLOYEE',
          scopes: [],
          facts: {},
          rows: null,
        } as const
        request.http?.headers.set(
          'authorization',
          `Bearer ${signInternalToken(everybody, name, secret)}`,
        )
      },
    }),
})
const { url } = await startStandaloneServer(new ApolloServer({ gateway }), {
  listen: { host: '127.0.0.1', port: 0 },
})
console.log(JSON.stringify({ url }))
