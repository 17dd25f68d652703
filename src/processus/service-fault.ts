import { AppError } from '../errors.js';

/** Why a process cannot serve, as it said it. */
export class ServiceFault extends AppError {
  /** It may serve later without anybody doing anything: its database does not answer. */
  readonly estPassager: boolean;

  constructor(fault: {
    readonly code: string;
    readonly message: string;
    readonly estPassager?: boolean | undefined;
  }) {
    super(fault.code, fault.message);
    this.name = 'ServiceFault';
    this.estPassager = fault.estPassager ?? false;
  }
}
