package io.hunyuan4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProportionTest {

  /**
   * The first four are in R. G. Newcombe, "Two-sided confidence intervals for the single
   * proportion", 1998, table I, method 3. Where all fail the upper end is z² / (n + z²).
   */
  @ParameterizedTest
  @CsvSource({
    "81, 263, 0.2553, 0.3662",
    "15, 148, 0.0624, 0.1605",
    "0, 20, 0, 0.1611",
    "1, 29, 0.0061, 0.1718",
    "20, 20, 0.8389, 1",
    "0, 1, 0, 0.7935",
    "5, 10, 0.2366, 0.7634"
  })
  void interval_isWilsons(int successes, int trials, double low, double high) {
    Proportion proportion = new Proportion(successes, trials);
    assertEquals((double) successes / trials, proportion.value());
    assertEquals(low, proportion.low(), 5e-5);
    assertEquals(high, proportion.high(), 5e-5);
  }

  @Test
  void impossibleNumbers_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Proportion(0, 0));
    assertThrows(IllegalArgumentException.class, () -> new Proportion(3, 2));
    assertThrows(IllegalArgumentException.class, () -> new Proportion(-1, 2));
  }
}
