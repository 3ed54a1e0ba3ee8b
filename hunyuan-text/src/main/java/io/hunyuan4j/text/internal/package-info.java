/** What several packages of this module share; not exported. */
@NullMarked
package io.hunyuan4j.text.internal;

import org.jspecify.annotations.NullMarked;
