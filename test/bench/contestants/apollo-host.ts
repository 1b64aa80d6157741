/** `@apollo/server` as its documentation starts it, around a gateway. */
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import type { GatewayInterface } from '@apollo/server-gateway-interface'

export async function host(gateway: GatewayInterface, port: number): Promise<void> {
  await startStandaloneServer(new ApolloServer({ gateway }), {
    listen: { host: '127.0.0.1', port },
  })
}
