// A class's name -> how it is shown within what is not its own: in its own direction, which turns nothing around it.

export function called(label, ...content) {
  const name = document.createElement("bdi");
  name.append(...(content.length ? content : [label]));
  return name;
}
