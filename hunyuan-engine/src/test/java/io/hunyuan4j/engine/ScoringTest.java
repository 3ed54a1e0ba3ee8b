package io.hunyuan4j.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.core.generate.Perplexity;
import io.hunyuan4j.core.generate.Scorer;
import io.hunyuan4j.core.generate.TokenScore;
import io.hunyuan4j.kernels.KvFormat;
import io.hunyuan4j.text.InputSpecials;
import io.hunyuan4j.text.OutputSpecials;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** How probable texts are to the bundled model. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScoringTest {
  private static final String PROMPT = "Once upon a time there was a";

  private Engine engine;
  private JsonNode heldOut;

  @BeforeAll
  void open() throws IOException {
    engine = Engine.open(Models.tinyTales());
    heldOut = new ObjectMapper().readTree(Models.tinyTales().resolve("held-out.json").toFile());
  }

  @AfterAll
  void close() {
    engine.close();
  }

  private int[] tokens(String text) {
    return engine.tokenizer().encode(text, InputSpecials.AS_TEXT);
  }

  private String text(List<TokenScore> tokens) {
    int[] ids = tokens.stream().mapToInt(TokenScore::token).toArray();
    return engine.tokenizer().decode(ids, OutputSpecials.SPELLED);
  }

  /** The numbers of docs/weight-formats.md, and the float64 reference of the file itself. */
  @Test
  void perplexity_ofTheHeldOutText_isThatOfTheDocs() {
    assertEquals(36.815, heldOutPerplexity(KvFormat.BF16), 5e-4);
    double reference = heldOut.path("perplexity").asDouble();
    assertEquals(reference, heldOutPerplexity(KvFormat.F32), 1e-3);
  }

  private double heldOutPerplexity(KvFormat kvFormat) {
    Scorer scorer = new Scorer(engine.model());
    SessionOptions options = SessionOptions.ofCapacity(512).withKvFormat(kvFormat);
    double loss = 0;
    int scored = 0;
    for (JsonNode window : heldOut.path("windows")) {
      int[] ids = new int[window.path("ids").size()];
      Arrays.setAll(ids, i -> window.path("ids").path(i).asInt());
      Perplexity perplexity = scorer.perplexity(ids, options, _ -> {});
      loss += perplexity.negativeLogLikelihood();
      scored += perplexity.scoredTokens();
    }
    assertEquals(4096, scored);
    return Math.exp(loss / scored);
  }

  /** Its documents are cut by special tokens. */
  @Test
  void perplexity_ofTheFirstWindowAsText_isWhatTheFileSays() {
    JsonNode window = heldOut.path("windows").path(0);
    String text = window.path("text").asText();
    Perplexity perplexity = engine.perplexity(text, InputSpecials.ALLOWED, (_, _) -> {});
    assertEquals(513, perplexity.tokens());
    assertEquals(
        window.path("negative_log_likelihood").asDouble(),
        perplexity.meanNegativeLogLikelihood(),
        2e-3,
        "but for BF16 keys and values");
    assertEquals(tokens(text).length, engine.perplexity(text).tokens());
    assertTrue(engine.perplexity(text).tokens() > 513, "spelled in many tokens");
  }

  @Test
  void perplexity_isInTheEnginesFormatAndWindows() throws IOException {
    String text = heldOut.path("windows").path(0).path("text").asText().substring(0, 900);
    int[] ids = tokens(text);
    List<Long> told = new ArrayList<>();
    EngineOptions small = EngineOptions.defaults().withMaxPositions(80).withKvFormat(KvFormat.F32);
    try (Engine other = Engine.open(Models.tinyTales(), small)) {
      Perplexity perplexity =
          other.perplexity(
              text,
              InputSpecials.AS_TEXT,
              (done, total) -> {
                assertEquals(ids.length - 1, total);
                told.add(done);
              });
      SessionOptions options = SessionOptions.ofCapacity(80).withKvFormat(KvFormat.F32);
      assertEquals(new Scorer(engine.model()).perplexity(ids, options, _ -> {}), perplexity);
      assertEquals(ids.length, perplexity.tokens());
      assertEquals(List.of(80L, 120L, 160L), told.subList(0, 3));
    }
  }

  @Test
  void score_ofAContinuation_isThatOfThePerplexity() {
    String continuation = " king who had a daughter";
    ScoredText scored = engine.score(PROMPT, List.of(continuation)).getFirst();
    assertEquals(continuation, scored.text());
    assertEquals(continuation, text(scored.tokens()));
    double whole = engine.perplexity(PROMPT + continuation).negativeLogLikelihood();
    double prompt = engine.perplexity(PROMPT).negativeLogLikelihood();
    assertEquals(prompt - whole, scored.logprob(), 1e-9);
  }

  @Test
  void score_ofSeveral_isThatOfEachAlone_onEveryMachine() throws IOException {
    List<String> continuations = List.of(" king", " queen who was very old", "n apple", "!");
    List<ScoredText> together = engine.score(PROMPT, continuations);
    EngineOptions plain =
        EngineOptions.defaults().withVectorBits(0).withThreads(1).withPrefixCacheBytes(0);
    try (Engine other = Engine.open(Models.tinyTales(), plain)) {
      for (int i = 0; i < continuations.size(); i++) {
        assertEquals(
            together.get(i), other.score(PROMPT, List.of(continuations.get(i))).getFirst());
      }
    }
    assertTrue(together.getFirst().logprob() > together.getLast().logprob(), "a king, not a !");
    assertEquals(together, engine.score(PROMPT, continuations), "from the prefix cache");
  }

  @Test
  void score_whatTheModelSaysGreedily_isGreedy() {
    String said = engine.generate(PROMPT, engine.defaults().greedy().withMaxTokens(8)).text();
    List<ScoredText> scored = engine.score(PROMPT, List.of(said, said + " zebra"));
    assertTrue(scored.getFirst().isGreedy());
    assertFalse(scored.getLast().isGreedy());
  }

  @Test
  void score_blanksAtTheEndOfThePrompt_belongToTheContinuation() {
    ScoredText usual = engine.score(PROMPT, List.of(" king")).getFirst();
    ScoredText moved = engine.score(PROMPT + " ", List.of("king")).getFirst();
    assertEquals(usual.tokens(), moved.tokens());
    assertEquals("king", moved.text());
  }

  /** "wo" and "man" by themselves are other tokens than "woman" is. */
  @Test
  void score_textsThatJoinInAToken_countItForTheContinuation() {
    String prompt = "There was a wo";
    List<ScoredText> scored = engine.score(prompt, List.of("man", " king"));
    String tokens = text(scored.getFirst().tokens());
    assertTrue(tokens.endsWith("man") && tokens.length() > 3, tokens);
    assertEquals(" king", text(scored.getLast().tokens()));
    double whole = engine.perplexity(prompt + " king").negativeLogLikelihood();
    double before = engine.perplexity(prompt).negativeLogLikelihood();
    assertEquals(before - whole, scored.getLast().logprob(), 1e-9);
  }

  @Test
  void score_spelledSpecialTokens_areText() {
    ScoredText scored = engine.score(PROMPT, List.of(" <|eos|>")).getFirst();
    assertTrue(scored.tokens().size() > 1);
    assertEquals(" <|eos|>", text(scored.tokens()));
  }

  @Test
  void score_whatCannotBeScored_isRefused() {
    refused("continuation 1 has no tokens", PROMPT, " king", "");
    refused("continuation 0 has no tokens", PROMPT + " ", "");
    String blank = "a prompt needs more than blanks: the first token of a text has no probability";
    refused(blank, "", "king");
    refused(blank, " \n\u00a0", "king");
    refused(
        "continuation 0 joins the first token of the prompt, which has no probability",
        "wo",
        "man");
    int positions = engine.model().shape().maxPositions();
    String much = " and".repeat(positions);
    refused(
        "a prompt with continuation 0 has %d tokens, which do not fit the model's %d positions"
            .formatted(tokens(PROMPT + much).length, positions),
        PROMPT,
        much);
    assertEquals(List.of(), engine.score(PROMPT, List.of()));
  }

  private void refused(String message, String prompt, String... continuations) {
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class, () -> engine.score(prompt, List.of(continuations)));
    assertEquals(message, refusal.getMessage());
  }

  @Test
  void perplexity_ofNothing_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> engine.perplexity(""));
    assertThrows(IllegalArgumentException.class, () -> engine.perplexity("a"));
  }
}
