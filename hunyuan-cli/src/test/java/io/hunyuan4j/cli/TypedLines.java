package io.hunyuan4j.cli;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Lines that are there already.
 *
 * @param lines an empty one is Ctrl-C
 * @param prompts what was asked for them
 */
record TypedLines(ArrayDeque<Optional<String>> lines, StringBuilder prompts) implements ChatLines {
  /** Lines without Ctrl-C. */
  static TypedLines of(String... lines) {
    return new TypedLines(
        List.of(lines).stream().map(Optional::of).collect(Collectors.toCollection(ArrayDeque::new)),
        new StringBuilder());
  }

  @Override
  public @Nullable String next(String prompt) throws DroppedException {
    prompts.append(prompt);
    if (lines.isEmpty()) {
      return null;
    }
    return lines.pop().orElseThrow(DroppedException::new);
  }
}
