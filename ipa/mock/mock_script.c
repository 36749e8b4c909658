/* SPDX-License-Identifier: MIT */
/* Parses, checks and performs the statements of a script. */
#include "mock_script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mock_value.h"

#define WORD_SIZE 64

/** The performance of one statement's actions. */
struct run {
	const struct camipc_interface *interface;
	const struct camipc_method *method;
	struct mock_text *text;
	struct camipc_arena *arena;
	struct mock_arguments arguments;
	void *outs;
	mock_emit_fn emit; /* NULL: only check */
	void *user;
};

static const struct camipc_method *find_row(const struct camipc_method *rows,
					    uint16_t n, const char *name)
{
	for (uint16_t i = 0; i < n; i++) {
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	}
	return NULL;
}

/** Makes a value of @type with its defaults. */
static void *make_value(struct camipc_arena *arena,
			const struct camipc_message_type *type)
{
	void *value = camipc_arena_alloc(arena, type->size);

	if (!value)
		return NULL;
	memset(value, 0, type->size);
	if (type->init)
		type->init(value);
	return value;
}

static int fail_unknown(struct mock_text *text, const char *kind,
			const char *name, const struct camipc_method *rows,
			uint16_t n)
{
	char known[200] = "";
	size_t used = 0;

	for (uint16_t i = 0; i < n && used < sizeof(known); i++)
		used += (size_t)snprintf(known + used, sizeof(known) - used,
					 "%s%s", used ? ", " : "",
					 rows[i].name);
	return mock_text_fail(text, "unknown %s '%s'; the interface has: %s",
			      kind, name, known);
}

/* emit EVENT(FIELDS) */
static int run_emit(struct run *run)
{
	const struct camipc_method *event;
	void *args = NULL;
	char name[WORD_SIZE];
	int ret;

	mock_text_word(run->text, name, sizeof(name));
	event = find_row(run->interface->events, run->interface->n_events,
			 name);
	if (!event)
		return fail_unknown(run->text, "event", name,
				    run->interface->events,
				    run->interface->n_events);
	ret = mock_text_expect(run->text, "(");
	if (ret < 0)
		return ret;
	if (event->args) {
		args = make_value(run->arena, event->args);
		if (!args)
			return -ENOMEM;
		ret = mock_read_fields(run->text, run->arena, &run->arguments,
				       event->args->info, args);
		if (ret < 0)
			return ret;
	}
	ret = mock_text_expect(run->text, ")");
	if (ret < 0 || !run->emit)
		return ret;
	return run->emit(run->user, event, args);
}

/* return FIELDS */
static int run_return(struct run *run)
{
	const struct camipc_message_type *type = run->method->outs;
	void *outs = run->outs;

	if (!type)
		return mock_text_fail(run->text, "%s has no outputs to return",
				      run->method->name);
	if (!outs)
		outs = make_value(run->arena, type);
	if (!outs)
		return -ENOMEM;
	return mock_read_fields(run->text, run->arena, &run->arguments,
				type->info, outs);
}

static int run_actions(struct run *run)
{
	while (!mock_text_take(run->text, ";")) {
		int ret;

		if (mock_text_take(run->text, "emit"))
			ret = run_emit(run);
		else if (mock_text_take(run->text, "return"))
			ret = run_return(run);
		else
			ret = mock_text_fail_expected(
				run->text, "emit, return or ';'");
		if (ret < 0)
			return ret;
	}
	return 0;
}

static const struct mock_statement *
find_statement(const struct mock_script *script,
	       const struct camipc_method *method, uint32_t nth)
{
	for (size_t i = 0; i < script->n_statements; i++) {
		if (script->statements[i].method == method &&
		    script->statements[i].nth == nth)
			return &script->statements[i];
	}
	return NULL;
}

/* on METHOD [#NTH] */
static int read_head(struct mock_script *script, struct mock_text *text,
		     struct mock_statement *statement)
{
	const struct camipc_interface *interface = script->interface;
	unsigned long nth = 0;
	char word[WORD_SIZE];
	char *end;
	int ret = mock_text_expect(text, "on");

	if (ret < 0)
		return ret;
	statement->line = text->line;
	mock_text_word(text, word, sizeof(word));
	statement->method =
		find_row(interface->methods, interface->n_methods, word);
	if (!statement->method)
		return fail_unknown(text, "method", word, interface->methods,
				    interface->n_methods);
	if (mock_text_take(text, "#")) {
		mock_text_word(text, word, sizeof(word));
		nth = strtoul(word, &end, 10);
		if (*end || nth == 0 || nth > UINT32_MAX)
			return mock_text_fail(text, "wrong call number #%s: "
						    "the first call is #1",
					      word);
	}
	statement->nth = (uint32_t)nth;
	if (find_statement(script, statement->method, statement->nth))
		return mock_text_fail(text, "a second statement for the same "
					    "call of %s",
				      statement->method->name);
	statement->actions = text->at;
	return 0;
}

static int read_statement(struct mock_script *script, struct mock_text *text,
			  struct camipc_arena *arena)
{
	struct mock_statement statement;
	struct mock_statement *grown;
	struct run check = {
		.interface = script->interface,
		.text = text,
		.arena = arena,
	};
	int ret = read_head(script, text, &statement);

	if (ret < 0)
		return ret;
	check.method = statement.method;
	if (statement.method->args)
		check.arguments.info = statement.method->args->info;
	ret = run_actions(&check);
	if (ret < 0)
		return ret;
	grown = realloc(script->statements, (script->n_statements + 1) *
						    sizeof(statement));
	if (!grown)
		return -ENOMEM;
	script->statements = grown;
	script->statements[script->n_statements++] = statement;
	return 0;
}

int mock_script_read(struct mock_script *script,
		     const struct camipc_interface *interface, char *text,
		     struct mock_text *reterr)
{
	struct camipc_arena arena;
	int ret = 0;

	*script = (struct mock_script){ .interface = interface, .text = text };
	*reterr = (struct mock_text){ .at = text, .line = 1 };
	camipc_arena_init(&arena, SIZE_MAX);
	mock_text_skip(reterr);
	while (ret == 0 && *reterr->at) {
		ret = read_statement(script, reterr, &arena);
		mock_text_skip(reterr);
	}
	camipc_arena_fini(&arena);
	return ret;
}

void mock_script_fini(struct mock_script *script)
{
	free(script->statements);
	free(script->text);
}

int mock_script_run(const struct mock_script *script,
		    const struct camipc_method *method, uint32_t nth,
		    struct camipc_arena *arena, const void *args, void *outs,
		    mock_emit_fn emit, void *user, struct mock_text *reterr)
{
	const struct mock_statement *statement;
	struct run run = {
		.interface = script->interface,
		.method = method,
		.text = reterr,
		.arena = arena,
		.arguments = { method->args ? method->args->info : NULL, args },
		.outs = outs,
		.emit = emit,
		.user = user,
	};

	statement = find_statement(script, method, nth);
	if (!statement)
		statement = find_statement(script, method, 0);
	if (!statement)
		return 0;
	*reterr = (struct mock_text){
		.at = statement->actions,
		.line = statement->line,
	};
	return run_actions(&run);
}
