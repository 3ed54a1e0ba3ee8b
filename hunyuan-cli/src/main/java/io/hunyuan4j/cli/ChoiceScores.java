package io.hunyuan4j.cli;

import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * What a model thinks of the choices of a question.
 *
 * @param question the question
 * @param logprobs the natural logarithm of the probability of each choice, behind the question
 */
record ChoiceScores(Question question, List<Double> logprobs) {

  ChoiceScores {
    logprobs = List.copyOf(logprobs);
  }

  /** The most probable choice, the first of equals. */
  int chosen() {
    return largest(logprobs::get);
  }

  /** The one of the largest log-probability a byte, the first of equals. */
  int chosenByLength() {
    return largest(choice -> logprobs.get(choice) / question.byteLength(choice));
  }

  private int largest(IntToDoubleFunction score) {
    int largest = 0;
    for (int choice = 1; choice < logprobs.size(); choice++) {
      if (score.applyAsDouble(choice) > score.applyAsDouble(largest)) {
        largest = choice;
      }
    }
    return largest;
  }
}
