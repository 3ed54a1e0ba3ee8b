package io.hunyuan4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuestionTest {

  private static Question parse(String json) throws IdList.SyntaxException {
    return Question.parse(1, json);
  }

  @Test
  void continuations_haveOneBlankBetween() throws IdList.SyntaxException {
    assertEquals(
        List.of(" a", " b", "\tc"),
        parse("{'question': 'q', 'choices': ['a', ' b', '\\tc'], 'answer': 0}".replace('\'', '"'))
            .continuations());
    assertEquals(
        List.of("a", " b"),
        parse("{'question': 'q\\n', 'choices': ['a', ' b'], 'answer': 1}".replace('\'', '"'))
            .continuations());
  }

  @Test
  void chosen_isTheFirstOfEquals_byLengthInBytes() throws IdList.SyntaxException {
    Question question =
        parse(
            "{'question': 'q', 'choices': ['ab', 'é', '日', '𝄞', 'a\\ud800'], 'answer': 0}"
                .replace('\'', '"'));
    assertEquals(
        List.of(2, 2, 3, 4, 4), List.of(0, 1, 2, 3, 4).stream().map(question::byteLength).toList());
    ChoiceScores scores = new ChoiceScores(question, List.of(-3.0, -2.0, -2.0, -4.0, -4.0));
    assertEquals(1, scores.chosen());
    assertEquals(2, scores.chosenByLength());
    assertEquals(
        0, new ChoiceScores(question, List.of(-2.0, -2.0, -3.0, -9.0, -9.0)).chosenByLength());
  }

  @Test
  void parse_otherKeys_doNotMatter() throws IdList.SyntaxException {
    String json = "{'id': {'x': [1]}, 'answer': 1, 'choices': ['a', 'b'], 'question': 'q'}";
    assertEquals(new Question(1, "q", List.of("a", "b"), 1), parse(json.replace('\'', '"')));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      textBlock =
          """
          7                                                    ~ expected a JSON object, found "7"
          {"choices": ["a", "b"], "answer": 0}                 ~ expected "question" to be a text of more than blanks, found nothing
          {"question": " ", "choices": ["a", "b"], "answer": 0} ~ expected "question" to be a text of more than blanks, found "\\" \\""
          {"question": "q", "answer": 0}                       ~ expected "choices" to be a list of at least 2 texts, found nothing
          {"question": "q", "choices": ["a"], "answer": 0}     ~ expected "choices" to be a list of at least 2 texts, found "[\\"a\\"]"
          {"question": "q", "choices": "ab", "answer": 0}      ~ expected "choices" to be a list of at least 2 texts, found "\\"ab\\""
          {"question": "q", "choices": ["a", 3], "answer": 0}  ~ expected choice 1 to be a text of more than blanks, found "3"
          {"question": "q", "choices": ["", "b"], "answer": 0} ~ expected choice 0 to be a text of more than blanks, found "\\"\\""
          {"question": "q", "choices": ["a", "b"]}             ~ expected "answer" to be a number from 0 to 1, found nothing
          {"question": "q", "choices": ["a", "b"], "answer": 2} ~ expected "answer" to be a number from 0 to 1, found "2"
          {"question": "q", "choices": ["a", "b"], "answer": "0"} ~ expected "answer" to be a number from 0 to 1, found "\\"0\\""
          {"question": "q", "choices": ["a", "b"], "answer": 0.0} ~ expected "answer" to be a number from 0 to 1, found "0.0"
          {"question": "q", "choices": ["a", "b"], "answer": -1} ~ expected "answer" to be a number from 0 to 1, found "-1"
          """)
  void parse_whatIsNoQuestion_isRefused(String json, String message) {
    assertEquals(message, messageOf(json));
  }

  @Test
  void parse_whatIsNoJson_isRefused() {
    assertEquals(
        "expected a JSON object: Unexpected", messageOf("{\"question\": }").substring(0, 34));
    assertEquals("expected a JSON object", messageOf("{} {}").substring(0, 22));
    assertEquals("expected a JSON object", messageOf("[".repeat(100_000)).substring(0, 22));
  }

  private static String messageOf(String json) {
    return String.valueOf(
        assertThrows(IdList.SyntaxException.class, () -> parse(json)).getMessage());
  }
}
