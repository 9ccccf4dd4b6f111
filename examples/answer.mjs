// Label requests -> labels, by Kafka: a program answers what is open. Needs `npm ci` in this directory.
import { Kafka, logLevel } from "kafkajs";

const { SLUICE_KAFKA__BOOTSTRAP: brokers = "localhost:9092", SLUICE_KAFKA__TOPIC_PREFIX: prefix = "sluice." } =
  process.env;

// Your rule, model or form.
function answer({ request_id, text }) {
  const told = text.includes("card") ? { label: "card_arrival" } : { skip: true };
  return { key: request_id, value: JSON.stringify({ ...told, request_id, reviewer: "answer.mjs" }) };
}

const kafka = new Kafka({ brokers: brokers.split(","), logLevel: logLevel.ERROR });
const [producer, consumer, waiting] = [kafka.producer(), kafka.consumer({ groupId: `${prefix}answer.mjs` }), new Map()];
await Promise.all([producer.connect(), consumer.connect()]);
await consumer.subscribe({ topics: [`${prefix}label-requests`], fromBeginning: true });
consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
  if (payload.offsetLag !== "0") return; // only at the end of the topic: no more can close one of these
  const open = [...waiting.values()].filter(({ expires_at }) => new Date(expires_at) > new Date());
  waiting.clear();
  producer.send({ topic: `${prefix}labels`, acks: -1, messages: open.map(answer) });
});
await consumer.run({
  autoCommit: false, // the compacted topic is the open queue, and each start reads all of it
  eachMessage: async ({ message: { key, value } }) => {
    // An empty value: answered, withdrawn or expired.
    value?.length ? waiting.set(`${key}`, JSON.parse(value)) : waiting.delete(`${key}`);
  },
});
