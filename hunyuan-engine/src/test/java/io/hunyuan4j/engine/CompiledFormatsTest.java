package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hunyuan4j.text.Tokenizer;
import io.hunyuan4j.text.grammar.GrammarException;
import io.hunyuan4j.text.grammar.ResponseFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CompiledFormatsTest {
  @Test
  void fewestTokens_areThoseOfTheShortestText() throws Exception {
    Tokenizer tokenizer = Tokenizer.open(Models.tinyTales());
    CompiledFormats formats = new CompiledFormats(tokenizer, Set.of(), tokenizer.vocabularySize());
    assertEquals(0, formats.fewestTokens(new ResponseFormat.FreeText()));
    assertEquals(3, formats.fewestTokens(new ResponseFormat.Regex("\\x01{3}")));
    assertTrue(formats.fewestTokens(new ResponseFormat.JsonObject()) <= 2);
    assertThrows(GrammarException.class, () -> formats.fewestTokens(new ResponseFormat.Regex("(")));
  }
}
