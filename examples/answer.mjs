// Label requests -> labels, by Kafka: a program answers what is open. Needs `npm ci` in this directory.
import { Kafka, logLevel } from "kafkajs";

const { SLUICE_KAFKA__BOOTSTRAP: brokers = "localhost:9092", SLUICE_KAFKA__TOPIC_PREFIX: prefix = "sluice." } =
  process.env;

// Your rule, model or form; null where it cannot tell.
const labelOf = ({ text }) => (text.includes("card") ? "card_arrival" : null);

const kafka = new Kafka({ brokers: brokers.split(","), logLevel: logLevel.ERROR });
const [producer, consumer] = [kafka.producer(), kafka.consumer({ groupId: `${prefix}answer.mjs` })];
const waiting = new Map();
let answered = Promise.resolve();

function answer() {
  const requests = [...waiting.values()].filter(({ expires_at }) => new Date(expires_at) > new Date());
  waiting.clear();
  const messages = requests.map((request) => {
    const label = labelOf(request);
    const told = label === null ? { skip: true } : { label };
    const message = { request_id: request.request_id, ...told, reviewer: "answer.mjs", answered_at: new Date() };
    return { key: request.request_id, value: JSON.stringify(message) };
  });
  return producer.send({ topic: `${prefix}labels`, acks: -1, messages });
}

await Promise.all([producer.connect(), consumer.connect()]);
await consumer.subscribe({ topics: [`${prefix}label-requests`], fromBeginning: true });
consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
  // Only at the end of the topic: nothing follows that could close one of these.
  if (payload.offsetLag === "0") answered = answered.then(answer);
});
consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || process.exit(1));
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => consumer.disconnect().then(() => answered).then(() => producer.disconnect()));
}
await consumer.run({
  autoCommit: false, // the compacted topic is the open queue, and each start reads all of it
  eachMessage: async ({ message: { key, value } }) => {
    if (value?.length) waiting.set(`${key}`, JSON.parse(value));
    else waiting.delete(`${key}`); // answered, withdrawn or expired
  },
});
