//! The one integration test binary: everything is proved through the public doors.

mod support;
mod cli;
mod db;
mod db_schema;
mod db_trouble;
mod domain;
mod house;
mod jobs;
mod jobs_nodes;
mod jobs_outage;
mod pages;
mod simulator;
