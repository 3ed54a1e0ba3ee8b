package io.hunyuan4j.bench.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.hunyuan4j.bench.SyntheticCheckpoint;
import io.hunyuan4j.bench.SyntheticShape;
import io.hunyuan4j.core.LanguageModel;
import io.hunyuan4j.core.Session;
import io.hunyuan4j.core.SessionOptions;
import io.hunyuan4j.kernels.KernelFactory;
import io.hunyuan4j.kernels.Parallel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepeatingTextTest {
  @Test
  void anyWeights_sayThePassageAgainAndAgain_withGuessesAndWithout() {
    try (Parallel parallel = Parallel.ofThreads(1);
        SyntheticCheckpoint checkpoint =
            new SyntheticCheckpoint(SyntheticShape.TINY, 1, parallel)) {
      LanguageModel model = checkpoint.model(KernelFactory.ofWidth(0, parallel));
      RepeatingText text = new RepeatingText(model, 5);
      List<Integer> passage = Arrays.stream(text.passage()).boxed().toList();
      List<Integer> expected = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        expected.addAll(passage);
      }
      for (int guesses : new int[] {0, 1, 7}) {
        try (Session session = model.newSession(SessionOptions.ofCapacity(expected.size()))) {
          model.forward(text.passage(), session);
          text.generate(session, 2 * RepeatingText.PASSAGE, guesses); // the last is not read
          assertEquals(expected, Arrays.stream(session.tokens()).boxed().toList(), "" + guesses);
        }
      }
    }
  }
}
