package io.hunyuan4j.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hunyuan4j.core.ModelShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SyntheticShapeTest {

  @Test
  void names_areShapes() {
    assertSame(SyntheticShape.MINI_LARGE, SyntheticShape.parse("mini-large"));
  }

  @Test
  void sizes_areAsGiven_missingOnesThoseOfMiniA13b() {
    assertEquals(
        new SyntheticShape(
            "hidden=1024, layers=4,kv-heads=2,cla=2,experts=8",
            32_768,
            1024,
            4,
            new SyntheticShape.Attention(16, 2, 128, 2),
            new SyntheticShape.Experts(8, 2, 1536)),
        SyntheticShape.parse("hidden=1024, layers=4,kv-heads=2,cla=2,experts=8"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hidden=64,layers=3,heads=4,kv-heads=1,head-dim=6,cla=2,experts=4,top-k=3,width=20,vocab=50",
        "hidden=64,layers=2,heads=2,kv-heads=2,head-dim=32,experts=1,top-k=1,width=40,vocab=50"
      })
  void listedTensors_addUpToTheParameters(String text) {
    SyntheticShape shape = SyntheticShape.parse(text);
    ModelShape model = SyntheticCheckpoint.modelShape(shape);
    long listed =
        shape.tensors().values().stream()
            .mapToLong(
                sizes -> sizes.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b))
            .sum();
    assertEquals(model.parameters().total(), listed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      textBlock =
          """
          big                    ~ synthetic shape "big" is none of [mini-a13b, mini-large, tiny]
          ''                     ~ synthetic shape "" is none of [mini-a13b, mini-large, tiny]
          hiden=64               ~ "hiden" is none of the keys hidden, layers, heads, kv-heads, head-dim, cla, experts, top-k, width, vocab
          hidden=64,,layers=2    ~ "" is none of the keys hidden, layers, heads, kv-heads, head-dim, cla, experts, top-k, width, vocab
          hidden,layers=2        ~ hidden has no value
          hidden=                ~ hidden must be a number from 1 to 1048576, not ""
          layers=many            ~ layers must be a number from 1 to 1000, not "many"
          experts=0              ~ experts must be a number from 1 to 1024, not "0"
          width=99999999999      ~ width must be a number from 1 to 1048576, not "99999999999"
          layers=2,layers=3      ~ layers is given twice
          heads=6                ~ heads=6 is no multiple of kv-heads=4
          head-dim=7             ~ head-dim=7 is no even number of at least 4
          top-k=17               ~ top-k=17 is more than experts=16
          layers=2,cla=3         ~ cla=3 is more than layers=2
          """)
  void mistakes_areOneSentence(String text, String sentence) {
    assertEquals(
        sentence,
        assertThrows(IllegalArgumentException.class, () -> SyntheticShape.parse(text))
            .getMessage());
  }
}
