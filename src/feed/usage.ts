// What is declared to the ANS of the feed: the requests as they left, and the operations that they were for.
import {
  issueDe,
  type Compter,
  type IssueUsage,
  type OperationUsage,
  type VoirEchange,
} from '../domain/usage-interface.js';
import type { FeedRequest, PatchAnswer } from './feed-client.js';
import type { FeedClientSettings } from './feed-settings.js';

type Addresses = Pick<FeedClientSettings, 'url' | 'oauth2'>;

export function voirAvec({ oauth2 }: Addresses, compter: Compter): VoirEchange {
  return (echange) => {
    const { methode, url, octets } = echange;
    const isToken = oauth2?.url.origin === url.origin && oauth2.url.pathname === url.pathname;
    const operation: OperationUsage = isToken ? 'jeton' : (requetes[methode] ?? 'post');
    compter(
      { interface: 'alimentation', source: '', hote: url.host, operation, issue: issueDe(echange) },
      octets,
    );
  };
}

const requetes: Readonly<Record<string, OperationUsage>> = { GET: 'recherche', PATCH: 'patch' };

/** Nothing is counted of what never left. */
export function compterOperations(
  { operations }: FeedRequest,
  answer: PatchAnswer,
  { url }: Addresses,
  compter: Compter,
): void {
  const issue = issueOf(answer);
  for (const { kind } of issue ? operations : []) {
    if (issue) {
      compter({ interface: 'alimentation', source: '', hote: url.host, operation: kind, issue });
    }
  }
}

function issueOf(answer: PatchAnswer): IssueUsage | undefined {
  if (answer.kind === 'accepted') return 'reussite';
  // What was exchanged then is the request of the token.
  if (answer.cause === 'token') return undefined;
  if (answer.exchange.request === undefined) return undefined;
  if (answer.kind === 'rejected') return answer.cause === 'server-error' ? 'indisponible' : 'refus';
  return answer.exchange.status === undefined ? 'sans-reponse' : 'indisponible';
}
