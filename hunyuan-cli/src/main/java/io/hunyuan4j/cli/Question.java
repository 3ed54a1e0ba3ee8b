package io.hunyuan4j.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import io.hunyuan4j.text.json.JsonProblem;
import java.util.ArrayList;
import java.util.List;

/**
 * A question with several answers, of which one is right.
 *
 * @param line where it stands in its file, from 1
 * @param question what a model reads
 * @param choices what may follow it, at least two
 * @param answer the index of the right one, from 0
 */
record Question(long line, String question, List<String> choices, int answer) {

  Question {
    choices = List.copyOf(choices);
  }

  /**
   * The question that is a JSON object {@code {"question": "…", "choices": ["…", …], "answer": 0}}.
   * Other keys do not matter.
   */
  static Question parse(long line, String json) throws IdList.SyntaxException {
    JsonNode tree = tree(json);
    if (!tree.isObject()) {
      throw new IdList.SyntaxException("expected a JSON object, found " + JsonLines.shown(json));
    }
    String question = text(tree.path("question"), "\"question\"");
    if (!tree.path("choices").isArray() || tree.path("choices").size() < 2) {
      throw new IdList.SyntaxException(
          "expected \"choices\" to be a list of at least 2 texts, found " + found(tree, "choices"));
    }
    List<String> choices = new ArrayList<>();
    for (JsonNode choice : tree.path("choices")) {
      choices.add(text(choice, "choice %d".formatted(choices.size())));
    }
    JsonNode answer = tree.path("answer");
    if (!answer.isInt() || answer.intValue() < 0 || answer.intValue() >= choices.size()) {
      throw new IdList.SyntaxException(
          "expected \"answer\" to be a number from 0 to %d, found %s"
              .formatted(choices.size() - 1, found(tree, "answer")));
    }
    return new Question(line, question, choices, answer.intValue());
  }

  private static JsonNode tree(String json) throws IdList.SyntaxException {
    try {
      return JsonInput.MAPPER.readTree(json);
    } catch (JacksonException e) {
      throw new IdList.SyntaxException("expected a JSON object: " + JsonProblem.reason(e));
    }
  }

  private static String text(JsonNode node, String name) throws IdList.SyntaxException {
    if (!node.isTextual() || node.textValue().isBlank()) {
      throw new IdList.SyntaxException(
          "expected %s to be a text of more than blanks, found %s"
              .formatted(
                  name, node.isMissingNode() ? "nothing" : JsonLines.shown(node.toString())));
    }
    return node.textValue();
  }

  private static String found(JsonNode tree, String key) {
    return tree.has(key) ? JsonLines.shown(tree.get(key).toString()) : "nothing";
  }

  /** The choices as they follow the question: behind a blank, unless one is there already. */
  List<String> continuations() {
    boolean blankBefore = Character.isWhitespace(question.charAt(question.length() - 1));
    return choices.stream()
        .map(
            choice ->
                blankBefore || Character.isWhitespace(choice.charAt(0)) ? choice : " " + choice)
        .toList();
  }

  /** How many bytes a choice has in UTF-8, as it stands in the file. */
  int byteLength(int choice) {
    return choices.get(choice).codePoints().map(Question::byteLengthOf).sum();
  }

  private static int byteLengthOf(int codePoint) {
    if (codePoint < 0x80) {
      return 1;
    }
    if (codePoint < 0x800) {
      return 2;
    }
    return codePoint < 0x10000 ? 3 : 4; // a lone surrogate is read as U+FFFD: 3
  }
}
