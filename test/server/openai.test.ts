import './openai/chat.ts';
import './openai/errors.ts';
import './openai/fields.ts';
import './openai/framework.ts';
import './openai/responses.ts';
import './openai/serving.ts';
import './openai/teams.ts';
import { setStage } from './openai/stage.ts';

// The official clients on one stack: a file for each subject, and one server for all of them.
setStage();
