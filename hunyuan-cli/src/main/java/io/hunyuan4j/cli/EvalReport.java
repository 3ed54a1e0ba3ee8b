package io.hunyuan4j.cli;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * What a model thinks of all questions of a task, at least one.
 *
 * @param scores question by question
 */
record EvalReport(List<ChoiceScores> scores) {

  EvalReport {
    scores = List.copyOf(scores);
  }

  /** How often the most probable choice is the right one. */
  Proportion accuracy() {
    return right(ChoiceScores::chosen);
  }

  /** How often the one of the largest log-probability a byte is. */
  Proportion accuracyByLength() {
    return right(ChoiceScores::chosenByLength);
  }

  private Proportion right(ToIntFunction<ChoiceScores> chosen) {
    long right = scores.stream().filter(s -> chosen.applyAsInt(s) == s.question().answer()).count();
    return new Proportion((int) right, scores.size());
  }

  /** Everything, as a JSON object. */
  String toJson() {
    ObjectNode json = new JsonMapper().createObjectNode();
    json.put("questions", scores.size());
    write(accuracy(), json.putObject("accuracy"));
    write(accuracyByLength(), json.putObject("length_normalised_accuracy"));
    ArrayNode answers = json.putArray("answers");
    for (ChoiceScores score : scores) {
      ObjectNode answer = answers.addObject();
      answer.put("line", score.question().line());
      answer.put("answer", score.question().answer());
      answer.put("chosen", score.chosen());
      answer.put("chosen_length_normalised", score.chosenByLength());
      ArrayNode logprobs = answer.putArray("logprobs");
      score.logprobs().forEach(logprobs::add);
    }
    return json.toPrettyString() + "\n";
  }

  private static void write(Proportion proportion, ObjectNode json) {
    json.put("right", proportion.successes());
    json.put("value", proportion.value());
    json.put("low_95", proportion.low());
    json.put("high_95", proportion.high());
  }
}
