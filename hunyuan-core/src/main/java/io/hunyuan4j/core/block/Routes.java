package io.hunyuan4j.core.block;

import java.util.Arrays;

/**
 * Which token goes to which experts with which weights, for the tokens of one call: choice {@code t
 * · topK + rank} is the {@code rank}-th expert of token {@code t}. Used again from layer to layer.
 */
public final class Routes {
  /** The expert of a choice that was lost. */
  static final int NONE = -1;

  private int tokens;
  private int topK;
  private int[] experts = new int[0]; // [tokens · topK]
  private float[] weights = new float[0]; // [tokens · topK]
  private float[] divisors = new float[0]; // [tokens]
  private int[] outputRows = new int[0]; // [tokens · topK]
  private int[] members = new int[0]; // choices, sorted by expert
  private int[] starts = new int[0]; // [numExperts + 1], into members
  private int[] ends = new int[0]; // [numExperts], while filling

  void reset(int newTokens, int newTopK) {
    tokens = newTokens;
    topK = newTopK;
    int choices = Math.multiplyExact(tokens, topK);
    if (experts.length != choices) {
      experts = new int[choices];
      weights = new float[choices];
      outputRows = new int[choices];
      members = new int[choices];
    }
    if (divisors.length != tokens) {
      divisors = new float[tokens];
    }
  }

  int tokens() {
    return tokens;
  }

  int topK() {
    return topK;
  }

  int choices() {
    return tokens * topK;
  }

  int expert(int choice) {
    return experts[choice];
  }

  void choose(int choice, int expert, float weight) {
    experts[choice] = expert;
    weights[choice] = weight;
  }

  /** What the probabilities of a token's experts are divided by to give weights. */
  float divisor(int token) {
    return divisors[token];
  }

  void setDivisor(int token, float divisor) {
    divisors[token] = divisor;
  }

  void drop(int choice) {
    choose(choice, NONE, 0f);
  }

  /** Whether the token of a choice uses {@code expert}. */
  boolean uses(int choice, int expert) {
    int first = choice / topK * topK;
    for (int other = first; other < first + topK; other++) {
      if (experts[other] == expert) {
        return true;
      }
    }
    return false;
  }

  /** Sorts the choices by expert, in token order within an expert. */
  void group(int numExperts) {
    if (ends.length != numExperts) {
      starts = new int[numExperts + 1];
      ends = new int[numExperts];
    }
    Arrays.fill(starts, 0);
    for (int choice = 0; choice < choices(); choice++) {
      if (experts[choice] != NONE) {
        starts[experts[choice] + 1]++;
      }
    }
    for (int expert = 0; expert < numExperts; expert++) {
      starts[expert + 1] += starts[expert];
    }
    // Fill from behind, which leaves every start where it was.
    System.arraycopy(starts, 1, ends, 0, numExperts);
    for (int choice = choices() - 1; choice >= 0; choice--) {
      if (experts[choice] == NONE) {
        outputRows[choice] = NONE;
      } else {
        int row = --ends[experts[choice]];
        members[row] = choice;
        outputRows[choice] = row;
      }
    }
  }

  /** First row of an expert among the sorted choices; that of the next expert is its end. */
  int start(int expert) {
    return starts[expert];
  }

  /** The token of a sorted choice. */
  int tokenAt(int row) {
    return members[row] / topK;
  }

  /**
   * For every choice the row of its result among the sorted ones, {@link #NONE} where it was lost.
   */
  int[] outputRows() {
    return outputRows;
  }

  float[] weights() {
    return weights;
  }
}
