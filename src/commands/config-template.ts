// What `config init` writes: every key, commented, with its default.
import { alimentationTemplate } from './config-template/alimentation.js';
import { conservationTemplate } from './config-template/conservation.js';
import { pagesTemplate } from './config-template/pages.js';
import { serviceTemplate } from './config-template/service.js';
import { planificationTemplate } from './config-template/planification.js';
import { sourcesTemplate } from './config-template/sources.js';
import { supervisionTemplate } from './config-template/supervision.js';

export const configTemplate =
  sourcesTemplate +
  alimentationTemplate +
  planificationTemplate +
  serviceTemplate +
  pagesTemplate +
  conservationTemplate +
  supervisionTemplate;
