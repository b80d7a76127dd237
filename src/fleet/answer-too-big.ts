/** A server began to send more than we keep; the session has ended. */
export class AnswerTooBig extends Error {}
